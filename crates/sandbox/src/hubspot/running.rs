//! An account that is being served on a socket.

use std::net::SocketAddr;

use super::handle::HubSpot;
use crate::server::{Listening, StartError};

/// An account that is being served. It stops when this value goes.
#[derive(Debug)]
pub struct Running {
    hubspot: HubSpot,
    listening: Listening,
}

impl Running {
    pub(crate) async fn start(hubspot: HubSpot, port: u16) -> Result<Self, StartError> {
        let listening = Listening::start(hubspot.router(), port, std::future::ready(())).await?;
        Ok(Self { hubspot, listening })
    }

    /// Where it listens.
    pub const fn addr(&self) -> SocketAddr {
        self.listening.addr()
    }

    /// `http://127.0.0.1:…`, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr())
    }

    /// The account being served, to look inside and to change it.
    pub const fn hubspot(&self) -> &HubSpot {
        &self.hubspot
    }

    /// Stops listening and closes all connections.
    pub async fn shutdown(self) {
        self.listening.shutdown().await;
    }
}
