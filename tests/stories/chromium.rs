//! A real browser, driven through its own protocol over a pipe: opens pages, runs scripts in them, takes pictures, checks
//! accessibility with axe-core. It asserts nothing about tieline.

use base64::Engine as _;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A browser with one page open.
pub(crate) struct Browser {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    calls: u64,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program, where there is one.
fn program() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()))
}

impl Browser {
    /// Starts one with a fresh profile; none, said loudly, where there is no Chromium.
    pub(crate) fn start(profile: &Path) -> Option<Self> {
        let Some(program) = program() else {
            eprintln!("SKIPPED: no Chromium found, the page was not opened (install `chromium`)");
            return None;
        };
        // The protocol speaks through descriptors 3 and 4.
        let script = format!(
            "exec {program} --headless --no-sandbox --disable-gpu --hide-scrollbars --remote-debugging-pipe \
             --no-first-run --user-data-dir=\"$1\" about:blank 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null"
        );
        let mut process = Command::new("sh")
            .args(["-c", &script, "sh"])
            .arg(profile)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        let mut browser = Self { process, to, from, session: None, calls: 0 };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached =
            browser.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        browser.session = Some(attached["sessionId"].as_str().unwrap().to_owned());
        browser.call("Page.enable", json!({}));
        Some(browser)
    }

    /// Calls a method of the protocol and waits for its answer.
    #[allow(clippy::needless_pass_by_value)] // parameters are made where they are passed
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.attempt(method, &params).unwrap_or_else(|error| panic!("{method}: {error:#}"))
    }

    /// The same where the page may be on its way.
    pub(crate) fn attempt(&mut self, method: &str, params: &Value) -> Result<Value, Value> {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        write!(self.to, "{message}\0").unwrap();
        self.to.flush().unwrap();
        loop {
            let mut answer = Vec::new();
            self.from.read_until(0, &mut answer).unwrap();
            assert!(!answer.is_empty(), "the browser is gone, at {method}");
            let answer: Value = serde_json::from_slice(answer.strip_suffix(b"\0").unwrap_or(&answer)).unwrap();
            if answer["id"] == self.calls {
                return answer.get("error").map_or_else(|| Ok(answer["result"].clone()), |error| Err(error.clone()));
            }
        }
    }

    /// What an expression comes to in the page.
    #[track_caller]
    pub(crate) fn eval(&mut self, script: &str) -> Value {
        let params = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", params);
        assert!(answer.get("exceptionDetails").is_none(), "{script}: {answer:#}");
        answer["result"]["value"].clone()
    }

    /// A text of the page.
    #[track_caller]
    pub(crate) fn text(&mut self, what: &str) -> String {
        let script = format!("(document.querySelector({what:?}) || {{}}).innerText || ''");
        self.eval(&script).as_str().unwrap().to_owned()
    }

    /// Opens an address and waits until it is there.
    #[track_caller]
    pub(crate) fn open(&mut self, url: &str) {
        self.eval("window.left = true");
        self.call("Page.navigate", json!({ "url": url }));
        self.arrive("");
    }

    /// Does something that leads to another page, and waits until that is there.
    #[track_caller]
    pub(crate) fn go(&mut self, script: &str) {
        self.eval("window.left = true");
        self.eval(&format!("{{ {script} }} 0"));
        self.arrive("");
    }

    /// Waits for a page whose address holds this.
    #[track_caller]
    pub(crate) fn arrive(&mut self, path: &str) {
        let end = Instant::now() + Duration::from_secs(60);
        let there = format!("!window.left && document.readyState === 'complete' && location.href.includes({path:?})");
        loop {
            // While a page goes, there is nobody to answer.
            let answer = self.attempt("Runtime.evaluate", &json!({ "expression": there, "returnByValue": true }));
            if answer.is_ok_and(|answer| answer["result"]["value"] == true) {
                return;
            }
            if Instant::now() > end {
                let (at, text) = (self.eval("location.href"), self.text("body"));
                panic!("waited in vain for `{path}` at {at}: {text}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A window of this size, light or dark.
    pub(crate) fn window(&mut self, width: u32, height: u32, scheme: &str) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", size);
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", media);
    }

    /// The window as a PNG.
    pub(crate) fn picture(&mut self) -> Vec<u8> {
        let shot = self.call("Page.captureScreenshot", json!({ "format": "png", "optimizeForSpeed": false }));
        base64::engine::general_purpose::STANDARD.decode(shot["data"].as_str().unwrap()).unwrap()
    }

    /// What axe-core finds wrong; nothing, said loudly, where there is no axe-core.
    #[track_caller]
    pub(crate) fn accessible(&mut self, page: &str) {
        let Some(axe) = axe() else { return };
        self.eval(&std::fs::read_to_string(axe).unwrap().replace("sourceMappingURL", ""));
        let found = self.eval(
            "axe.run(document, { resultTypes: ['violations'] }).then((found) => found.violations.map((violation) => \
             violation.id + ': ' + violation.help + ' at ' + violation.nodes.map((node) => node.target + ' ' + node.failureSummary).join(' | ')))",
        );
        assert_eq!(found, json!([]), "{page} is not accessible: {found:#}");
    }
}

/// axe-core from npm: in the folder that `TIELINE_AXE` names, or in a `node_modules` beside the sources.
fn axe() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let named = std::env::var_os("TIELINE_AXE").map(PathBuf::from);
    let folders =
        named.into_iter().chain([root.join("node_modules/axe-core"), root.join("target/node_modules/axe-core")]);
    let found = folders.map(|folder| folder.join("axe.min.js")).find(|file| file.exists());
    if found.is_none() {
        eprintln!("SKIPPED: no axe-core found, accessibility was not checked (npm install --prefix target axe-core)");
    }
    found
}
