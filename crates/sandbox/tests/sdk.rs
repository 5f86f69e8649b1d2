//! `HubSpot`'s own SDK for Node against the account in memory, so that it is not only our connector that believes in it.
//!
//! The SDK is no part of the sources: `.ci/run` installs it into `target/node_modules`. Where it or Node is absent, the
//! test says so loudly and passes.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sandbox::hubspot::{HubSpot, Settings};

/// The package's folder: in the one that `TIELINE_NODE_MODULES` names, or in a `node_modules` beside the sources.
fn node_modules() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let named = std::env::var_os("TIELINE_NODE_MODULES").map(PathBuf::from);
    let folders = named.into_iter().chain([root.join("node_modules"), root.join("target/node_modules")]);
    folders.filter(|folder| folder.join("@hubspot/api-client").exists()).find_map(|folder| folder.canonicalize().ok())
}

fn drive(modules: &Path, base_url: &str, token: &str) -> std::io::Result<Output> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk/drive.js");
    Command::new("node").arg(script).args([base_url, token]).env("NODE_PATH", modules).output()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vendors_sdk_drives_the_account() {
    let Some(modules) = node_modules() else {
        eprintln!(
            "SKIPPED: no @hubspot/api-client found, HubSpot's SDK drove nothing (npm install --prefix target --no-save \
             @hubspot/api-client@13.5.0)"
        );
        return;
    };
    let running = HubSpot::new(Settings::unlimited()).start(0).await.unwrap();
    let (base_url, token) = (running.base_url(), running.hubspot().settings().token);
    let told = tokio::task::spawn_blocking(move || drive(&modules, &base_url, &token)).await.unwrap();
    let told = match told {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("SKIPPED: no node found, HubSpot's SDK drove nothing");
            return;
        }
        told => told.unwrap(),
    };
    let (out, err) = (String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    assert!(told.status.success(), "{out}\n{err}");
    assert_eq!(out.lines().filter(|line| line.starts_with("ok: ")).count(), 10, "{out}\n{err}");
    assert_eq!(running.hubspot().calls().len(), 1, "the fake saw what the SDK did");
    running.shutdown().await;
}
