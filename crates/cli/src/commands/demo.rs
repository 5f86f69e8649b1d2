//! `tieline demo`: the main job on made-up contacts, from nothing to in sync, against the embedded sandbox. Uses the
//! same commands as everybody: only the contacts are made up.

use super::{plan, sync};
use crate::args;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::output;
use sandbox::{Running, Sandbox, Settings};
use std::path::{Path, PathBuf};

const CONTACTS: &str = include_str!("../../../../fixtures/demo/justcall.json");
const EXPORT: &[u8] = include_bytes!("../../../../fixtures/demo/crm.csv");
const PORT: u16 = 4010;
/// Stands in the folder of a demo: only such a folder is emptied for the next one.
const MARK: &str = ".tieline-demo";

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Demo) -> Fallible<Code> {
    let mut demo = Demo::start(context, &args.dir, args.fresh).await?;
    demo.first_sync().await?;
    demo.both_sides_move().await?;
    demo.finish().await?;
    Ok(Code::Done)
}

struct Demo {
    context: Context,
    dir: PathBuf,
    running: Running,
    step: u32,
}

impl Demo {
    async fn start(context: &Context, dir: &Path, fresh: bool) -> Fallible<Self> {
        prepare(dir, fresh)?;
        let account = Sandbox::new(Settings::default());
        let contacts = dir.join("justcall.json");
        std::fs::write(&contacts, CONTACTS)?;
        account.load(&contacts).map_err(|error| Failure::new(format!("the demo's contacts: {error}")))?;
        std::fs::write(dir.join("crm.csv"), EXPORT)?;
        let settings = account.settings();
        output::write_private(&dir.join("key.txt"), "key", settings.api_key.as_bytes())?;
        output::write_private(&dir.join("secret.txt"), "secret", settings.api_secret.as_bytes())?;
        let running = match account.clone().start(PORT).await {
            Ok(running) => running,
            Err(_) => account.start(0).await.map_err(|error| Failure::from_error(&error))?,
        };
        std::fs::write(dir.join("tieline.toml"), configuration(&running.base_url()))?;
        let mut context = context.clone();
        context.global.config = dir.join("tieline.toml");
        context.global.json = false;
        Ok(Self { context, dir: dir.to_owned(), running, step: 0 })
    }

    fn say(&mut self, title: &str, text: &str) {
        self.step += 1;
        let bold = anstyle::Style::new().bold();
        anstream::println!("\n{bold}{}. {title}{bold:#}", self.step);
        if !text.is_empty() {
            anstream::println!("{text}");
        }
        anstream::println!();
    }

    /// From two sides that never met to two sides that agree.
    async fn first_sync(&mut self) -> Fallible<()> {
        let account = self.running.sandbox().contact_count();
        let title = format!("A JustCall account with {account} contacts meets a CRM export");
        self.say(&title, "`tieline plan` reads both and writes nothing:");
        let made = plan::make(&self.context, std::collections::BTreeMap::new(), "demo", None).await?;
        plan::show(&self.context, &made, false)?;
        self.say("Apply it", "`tieline apply` carries out exactly this plan:");
        let apply = args::Apply {
            plan: None,
            yes: true,
            dry_run: false,
            shape: args::Shape { all: false, exit_code: false },
            approvals: args::Approvals { approve: Vec::new() },
        };
        super::apply::run(&self.context, &apply).await?;
        self.say("Plan again", "Nothing changed since, so nothing is planned:");
        self.plan_again().await
    }

    async fn plan_again(&self) -> Fallible<()> {
        let made = plan::make(&self.context, std::collections::BTreeMap::new(), "demo", None).await?;
        if made.has_writes() {
            return plan::show(&self.context, &made, true);
        }
        output::print(|out| {
            writeln!(
                out,
                "No change: {} contacts in JustCall, {} in the CRM; {} conflicts and {} skipped records wait as before.",
                made.summary.justcall.records,
                made.summary.crm.records,
                made.conflicts.len(),
                made.skipped.len()
            )
        })
    }

    /// People edit both sides; one field on both.
    async fn both_sides_move(&mut self) -> Fallible<()> {
        let edits = self.edit_both()?;
        self.say("People work on both sides", &edits);
        anstream::println!("`tieline sync` plans and applies, the nightly job:\n");
        let sync = args::Sync {
            dry_run: false,
            shape: args::Shape { all: false, exit_code: false },
            approvals: args::Approvals { approve: Vec::new() },
        };
        let made = plan::make(&self.context, std::collections::BTreeMap::new(), "demo", None).await?;
        plan::show(&self.context, &made, false)?;
        sync::run(&self.context, &sync).await?;
        Ok(())
    }

    /// Three edits through the sandbox's and the file's own doors; says what they were.
    fn edit_both(&self) -> Fallible<String> {
        let account = self.running.sandbox();
        let path = self.dir.join("crm.csv");
        let mut file = std::fs::read_to_string(&path)?;
        let mut told = Vec::new();
        let mut edited = 0;
        for contact in account.contacts() {
            // Contacts whose row can be found without a doubt, and whose company stands in it as text.
            let (Some(name), Some(company)) = (contact.last_name.clone(), contact.company.clone()) else { continue };
            let Some(line) = unique_line(&file, &name, &company) else { continue };
            edited += 1;
            match edited {
                1 => {
                    account.edit(contact.id, |contact| contact.company = Some(format!("{company} Group")));
                    told.push(format!("in JustCall, {name}'s company becomes \"{company} Group\""));
                }
                2 => {
                    file = file.replacen(&line, &line.replacen(&company, &format!("{company} International"), 1), 1);
                    told.push(format!("in the CRM, {name}'s company becomes \"{company} International\""));
                }
                _ => {
                    account.edit(contact.id, |contact| contact.company = Some(format!("{company} Holding")));
                    file = file.replacen(&line, &line.replacen(&company, &format!("{company} Partners"), 1), 1);
                    told.push(format!(
                        "{name}'s company changes on both sides: \"{company} Holding\" and \"{company} Partners\""
                    ));
                    break;
                }
            }
        }
        std::fs::write(&path, file)?;
        Ok(told.iter().map(|edit| format!("  - {edit}")).collect::<Vec<_>>().join("\n"))
    }

    async fn finish(mut self) -> Fallible<()> {
        let contacts = self.dir.join("justcall.json");
        self.running
            .sandbox()
            .save(&contacts)
            .map_err(|error| Failure::new(format!("cannot save {}: {error}", contacts.display())))?;
        let dir = self.dir.display().to_string();
        let port = self.running.addr().port();
        self.say(
            "Yours to play with",
            &format!(
                "{dir} holds crm.csv, tieline.toml, the state tieline.db, and the account's contacts justcall.json.\n\
                 Bring the account back in one terminal:\n\
                 \n  tieline sandbox --port {port} --load {dir}/justcall.json\n\
                 \nand in another one try:\n\
                 \n  tieline --config {dir}/tieline.toml conflicts list\
                 \n  tieline --config {dir}/tieline.toml quality\
                 \n  tieline --config {dir}/tieline.toml history\
                 \n  tieline --config {dir}/tieline.toml plan\n\
                 \n(`cargo run --release --` instead of `tieline` where it is not installed.) Edit crm.csv and plan again.\n\
                 Your own data: tieline init --crm YOUR-EXPORT.csv"
            ),
        );
        self.running.shutdown().await;
        Ok(())
    }
}

/// The one line that holds both texts.
fn unique_line(file: &str, name: &str, company: &str) -> Option<String> {
    let mut hits = file.lines().filter(|line| line.contains(name));
    let (line, None) = (hits.next()?, hits.next()) else { return None };
    let plain = name.chars().all(|c| c.is_ascii_alphabetic()) && !company.is_empty() && company.len() > 3;
    (plain && line.matches(company).count() == 1 && !line.contains('"')).then(|| line.to_owned())
}

/// An empty folder, or the one of an earlier demo that is to be done anew.
fn prepare(dir: &Path, fresh: bool) -> Fallible<()> {
    let mark = dir.join(MARK);
    if dir.exists() {
        let empty = std::fs::read_dir(dir)?.next().is_none();
        if !empty && !mark.exists() {
            return Err(Failure::usage(format!("{} is not empty, and no folder of a demo", dir.display()))
                .hint("--dir names another folder"));
        }
        // It invited people to edit these files.
        if !empty && !fresh {
            return Err(Failure::usage(format!("{} holds an earlier demo, and perhaps work of yours", dir.display()))
                .hint("--fresh starts over there and deletes what it holds; --dir names another folder"));
        }
        for name in ["tieline.db", "tieline.db-wal", "tieline.db-shm", "tieline.db.lock", "crm.csv", "justcall.json"] {
            match std::fs::remove_file(dir.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
    }
    std::fs::create_dir_all(dir)?;
    std::fs::write(mark, "`tieline demo` may replace the files of this folder.\n")?;
    Ok(())
}

fn configuration(base_url: &str) -> String {
    format!(
        "# The demo's account is the sandbox: `tieline sandbox --load justcall.json`.
[justcall]
base_url = \"{base_url}\"
api_key_file = \"key.txt\"
api_secret_file = \"secret.txt\"

[crm]
connector = \"csv\"
path = \"crm.csv\"
preset = \"plain\"
id_column = \"id\"

[match]
default_region = \"US\"

[fields]
first_name = \"First Name\"
last_name = \"Last Name\"
phone = \"Phone\"
email = \"Email\"
company = \"Company\"

[state]
path = \"tieline.db\"
"
    )
}
