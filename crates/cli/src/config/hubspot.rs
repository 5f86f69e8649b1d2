//! `[crm.hubspot]`: where a HubSpot account is and how fast it may be asked. The token never stands here.

use serde::Deserialize;
use std::path::PathBuf;

/// Where a HubSpot account is, and how fast it may be asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Hubspot {
    pub(crate) base_url: String,
    pub(crate) token_file: Option<PathBuf>,
    pub(crate) limit_per_10s: Option<u32>,
    pub(crate) searches_per_second: u32,
    pub(crate) concurrency: usize,
    pub(crate) reserve: f64,
    pub(crate) full_listing_every: u32,
    pub(crate) index_lag_seconds: u32,
}

impl Default for Hubspot {
    fn default() -> Self {
        Self {
            base_url: "https://api.hubapi.com".to_owned(),
            token_file: None,
            limit_per_10s: None,
            searches_per_second: 5,
            concurrency: 5,
            reserve: 0.1,
            full_listing_every: 7,
            index_lag_seconds: 300,
        }
    }
}

impl Hubspot {
    pub(super) fn check(&self) -> Result<(), String> {
        for (key, is_none) in [
            ("limit_per_10s", self.limit_per_10s == Some(0)),
            ("searches_per_second", self.searches_per_second == 0),
            ("concurrency", self.concurrency == 0),
            ("full_listing_every", self.full_listing_every == 0),
        ] {
            if is_none {
                return Err(format!("crm.hubspot.{key} must be at least 1"));
            }
        }
        if self.concurrency > 32 {
            return Err("crm.hubspot.concurrency must be at most 32".to_owned());
        }
        if !(0.0..1.0).contains(&self.reserve) {
            return Err("crm.hubspot.reserve must be at least 0 and below 1".to_owned());
        }
        Ok(())
    }
}
