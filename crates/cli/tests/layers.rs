//! The layers of the workspace: which package may use which (ARCHITECTURE.md), and the shape of the source files.
//!
//! Reads the manifests through `cargo metadata`. Does not look into the code beyond line counts and file headers.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest source file that we accept, in lines.
const LONGEST: usize = 700;

/// How a package uses another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Normal,
    Dev,
    Build,
}

/// One line of a manifest: `from` uses `to`.
#[derive(Debug, Clone)]
struct Edge {
    from: String,
    to: String,
    kind: Kind,
    is_ours: bool,
}

/// What a layer may use of ours in the program itself; none for a package that is in no layer.
fn below(package: &str) -> Option<&'static [&'static str]> {
    Some(match package {
        "model" | "sandbox" => &[],
        "engine" | "store" | "report" | "connector" => &["model"],
        "notify" => &["model", "report"],
        "sync" => &["model", "engine", "connector", "store"],
        "testkit" => &["model", "connector", "sandbox"],
        "chaos" => &["model", "engine", "connector", "store", "sync", "testkit"],
        "bench" => &["model", "engine", "connector", "connector-*", "store", "sync", "report"],
        "review" => &["model", "report", "store", "sync"],
        "receiver" => &["model", "store"],
        "tieline" => &[
            "model",
            "engine",
            "connector",
            "connector-*",
            "store",
            "sync",
            "report",
            "review",
            "receiver",
            "notify",
            "sandbox",
            "chaos",
        ],
        package if package.starts_with("connector-") => &["model", "connector"],
        _ => return None,
    })
}

/// What a layer may use in its tests beside that.
fn in_tests(package: &str) -> &'static [&'static str] {
    match package {
        "model" | "sandbox" | "notify" => &[],
        _ => &["testkit", "sandbox"],
    }
}

/// Packages of others that enter through one door only.
fn doors(dependency: &str) -> Option<&'static [&'static str]> {
    Some(match dependency {
        "rusqlite" | "libsqlite3-sys" => &["store"],
        "reqwest" => &["connector-*", "notify"],
        "lettre" => &["notify"],
        "backoff" | "governor" => &["connector"],
        "parquet" => &["tieline"],
        "roxmltree" => &["connector-*"],
        _ => return None,
    })
}

fn names(list: &[&str], package: &str) -> bool {
    list.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => package.starts_with(start) && package != start,
        None => *known == package,
    })
}

/// What is wrong with an edge, if anything.
fn objection(edge: &Edge) -> Option<String> {
    let Edge { from, to, kind, is_ours } = edge;
    if !is_ours {
        let open_to = doors(to)?;
        return (!names(open_to, from)).then(|| format!("{from} uses {to}, which enters only through {open_to:?}"));
    }
    let Some(allowed) = below(from) else { return Some(format!("{from} is in no layer")) };
    if below(to).is_none() {
        return Some(format!("{to} is in no layer"));
    }
    let extra = in_tests(from);
    let fits = names(allowed, to) || (*kind == Kind::Dev && names(extra, to));
    (!fits).then(|| format!("{from} may not use {to} ({kind:?}); it may use {allowed:?}, and in tests {extra:?}"))
}

fn root() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    crates.and_then(Path::parent).expect("crates/cli lies two levels below the root").to_owned()
}

fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    match metadata["packages"].take() {
        Value::Array(packages) => packages,
        other => panic!("no list of packages: {other}"),
    }
}

fn edges(packages: &[Value]) -> Vec<Edge> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ours: Vec<String> = packages.iter().map(|package| text(&package["name"])).collect();
    let mut edges = Vec::new();
    for package in packages {
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let to = text(&dependency["name"]);
            let kind = match dependency["kind"].as_str() {
                Some("dev") => Kind::Dev,
                Some("build") => Kind::Build,
                _ => Kind::Normal,
            };
            let is_ours = ours.contains(&to);
            edges.push(Edge { from: text(&package["name"]), to, kind, is_ours });
        }
    }
    edges
}

/// All `.rs` files below a folder, without build output.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "target") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["crates", "tests"] {
        sources(&root().join(folder), &mut found);
    }
    assert!(found.len() > 100, "only {} source files found below {}", found.len(), root().display());
    found
}

fn is_too_long(text: &str) -> bool {
    text.lines().count() > LONGEST
}

fn has_header(text: &str) -> bool {
    text.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.starts_with("//!"))
}

#[test]
fn packages_use_only_the_layers_below() {
    let edges = edges(&packages());
    assert!(edges.iter().any(|edge| edge.from == "sync" && edge.to == "engine"), "the manifests were not read");
    assert!(edges.iter().any(|edge| edge.from == "store" && edge.to == "rusqlite"), "the manifests were not read");
    let wrong: Vec<String> = edges.iter().filter_map(objection).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_package_is_in_a_layer() {
    for package in packages() {
        let name = package["name"].as_str().unwrap_or_default();
        assert!(below(name).is_some(), "{name} is in no layer: add it to ARCHITECTURE.md and to this test");
    }
}

#[test]
fn no_source_file_is_too_long() {
    for path in all_sources() {
        let text = std::fs::read_to_string(&path).expect("UTF-8 source");
        assert!(!is_too_long(&text), "{} has more than {LONGEST} lines", path.display());
    }
}

#[test]
fn every_source_file_says_what_it_is() {
    let crates = root().join("crates");
    for path in all_sources() {
        let Ok(inside) = path.strip_prefix(&crates) else { continue };
        if inside.components().nth(1).is_some_and(|part| part.as_os_str() == "src") {
            let text = std::fs::read_to_string(&path).expect("UTF-8 source");
            assert!(has_header(&text), "{} does not begin with //!", path.display());
        }
    }
}

fn edge(from: &str, to: &str, kind: Kind) -> Edge {
    Edge { from: from.to_owned(), to: to.to_owned(), kind, is_ours: doors(to).is_none() }
}

#[test]
fn right_edges_pass() {
    for (from, to, kind) in [
        ("tieline", "sync", Kind::Normal),
        ("tieline", "connector-csv", Kind::Normal),
        ("tieline", "sandbox", Kind::Normal),
        ("tieline", "chaos", Kind::Normal),
        ("tieline", "review", Kind::Normal),
        ("review", "report", Kind::Normal),
        ("tieline", "receiver", Kind::Normal),
        ("receiver", "store", Kind::Normal),
        ("chaos", "testkit", Kind::Normal),
        ("tieline", "testkit", Kind::Dev),
        ("sync", "engine", Kind::Normal),
        ("sync", "model", Kind::Normal),
        ("connector-justcall", "connector", Kind::Normal),
        ("connector-justcall", "sandbox", Kind::Dev),
        ("connector-hubspot", "testkit", Kind::Dev),
        ("testkit", "sandbox", Kind::Normal),
        ("store", "rusqlite", Kind::Normal),
        ("connector-justcall", "reqwest", Kind::Normal),
        ("connector", "backoff", Kind::Normal),
        ("tieline", "notify", Kind::Normal),
        ("notify", "report", Kind::Normal),
        ("notify", "reqwest", Kind::Normal),
        ("notify", "lettre", Kind::Normal),
    ] {
        assert_eq!(objection(&edge(from, to, kind)), None, "{from} -> {to}");
    }
}

#[test]
fn wrong_edges_are_found() {
    for (from, to, kind) in [
        // Up or sideways.
        ("model", "engine", Kind::Normal),
        ("engine", "connector", Kind::Normal),
        ("engine", "store", Kind::Normal),
        ("store", "engine", Kind::Normal),
        ("report", "store", Kind::Normal),
        ("connector", "engine", Kind::Normal),
        ("connector-csv", "engine", Kind::Normal),
        ("connector-csv", "connector-justcall", Kind::Normal),
        ("sync", "report", Kind::Normal),
        ("report", "review", Kind::Normal),
        ("review", "engine", Kind::Normal),
        ("review", "connector", Kind::Normal),
        ("review", "connector-justcall", Kind::Normal),
        // What is posted is read, and dialled, by what `cli` hands in.
        ("receiver", "connector-justcall", Kind::Normal),
        ("receiver", "sync", Kind::Normal),
        ("receiver", "review", Kind::Normal),
        ("sync", "connector-justcall", Kind::Normal),
        ("sync", "tieline", Kind::Normal),
        ("sync", "chaos", Kind::Normal),
        ("chaos", "sandbox", Kind::Normal),
        // The sandbox stands alone, also in its tests, and is no part of a connector.
        ("sandbox", "model", Kind::Normal),
        ("sandbox", "connector-justcall", Kind::Dev),
        ("connector-justcall", "sandbox", Kind::Normal),
        ("sync", "sandbox", Kind::Normal),
        // Tests may not reach around the layers, and build scripts get nothing extra.
        ("engine", "store", Kind::Dev),
        ("model", "testkit", Kind::Dev),
        ("tieline", "testkit", Kind::Normal),
        ("sync", "testkit", Kind::Build),
        // Doors.
        ("tieline", "rusqlite", Kind::Dev),
        ("sync", "rusqlite", Kind::Normal),
        ("tieline", "reqwest", Kind::Normal),
        ("connector", "reqwest", Kind::Normal),
        ("connector-justcall", "backoff", Kind::Normal),
        ("tieline", "lettre", Kind::Normal),
        ("report", "lettre", Kind::Normal),
        // Whoever tells knows neither the state nor the job.
        ("notify", "store", Kind::Normal),
        ("notify", "sync", Kind::Normal),
        ("sync", "notify", Kind::Normal),
        // Nobody's layer.
        ("helpers", "model", Kind::Normal),
        ("tieline", "helpers", Kind::Normal),
    ] {
        assert!(objection(&edge(from, to, kind)).is_some(), "{from} -> {to} ({kind:?}) passed");
    }
}

#[test]
fn long_and_headless_files_are_found() {
    assert!(!is_too_long(&"//\n".repeat(LONGEST)));
    assert!(is_too_long(&"//\n".repeat(LONGEST + 1)));
    assert!(has_header("//! What it is.\nfn main() {}\n"));
    assert!(has_header("\n//! What it is.\n"));
    assert!(!has_header("// A comment.\n//! Too late.\n"));
    assert!(!has_header(""));
}
