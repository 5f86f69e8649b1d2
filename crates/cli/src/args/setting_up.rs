//! The options of `init` and `doctor`: making a configuration, and checking it.
#![allow(clippy::doc_markdown)] // these comments are the help texts, shown as they are

use clap::Args as ClapArgs;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline init --crm contacts.csv --region GB
  tieline init --carddav https://dav.example.com/ --user ann
  tieline init --hubspot")]
pub(crate) struct Init {
    /// The CRM's export; default: the only .csv file of this folder
    #[arg(long, value_name = "FILE")]
    pub(crate) crm: Option<PathBuf>,
    /// An address book over CardDAV instead: the address of the server, or of the address book
    #[arg(long, value_name = "URL", conflicts_with = "crm")]
    pub(crate) carddav: Option<String>,
    /// Who asks for the address book; without it a token does
    #[arg(long, value_name = "NAME", requires = "carddav")]
    pub(crate) user: Option<String>,
    /// A HubSpot account instead
    #[arg(long, conflicts_with_all = ["crm", "carddav"])]
    pub(crate) hubspot: bool,
    /// Country of numbers without a country code (ISO 3166, two letters)
    #[arg(long, default_value = "US")]
    pub(crate) region: String,
    /// Replace an existing configuration
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:
  tieline doctor --offline    checks the file and the configuration alone")]
pub(crate) struct Doctor {
    /// Ask nobody: check only the configuration, the file and the state
    #[arg(long)]
    pub(crate) offline: bool,
}
