//! The command line of `tieline serve`: flags, defaults and examples. What it does stands in `commands/`.
#![allow(clippy::doc_markdown)] // these comments are the help texts, shown as they are

use clap::Args as ClapArgs;
use std::net::SocketAddr;

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline serve --addresses     the addresses to set up in JustCall: they are secret
  tieline serve                 listens until SIGTERM or Ctrl-C, then ends what is under way
  curl http://127.0.0.1:4011/metrics

An event is answered with 200 only when it is on the disk; JustCall brings everything else again.
Put a proxy with TLS before it: docs/guides/calls.md shows one, and a unit for systemd.")]
pub(crate) struct Serve {
    /// Where to listen; default: `[serve] listen`, 127.0.0.1:4011. Port 0: any free one
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = crate::config::listen)]
    pub(crate) listen: Option<SocketAddr>,
    /// Print the addresses for webhooks and callbacks, and end
    #[arg(long)]
    pub(crate) addresses: bool,
}
