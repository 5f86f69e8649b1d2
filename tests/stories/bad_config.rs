//! Wrong configuration, credentials and addresses: a clear error with a hint, the right code, nothing lost.

use crate::support::{KEY, SECRET, World, finish, row};
use sandbox::{Action, Fault, On, Refusal};

/// A world with work to do, so that "nothing written" says something.
fn busy() -> World {
    let world = World::new();
    world.crm(&[&row(1), &row(2)]);
    world.account.insert(crate::support::contact(3));
    world
}

/// A configuration with one wrong thing.
#[track_caller]
fn refused(from: &str, to: &str, texts: &[&str]) {
    let world = busy();
    world.reconfigure(from, to);
    for command in ["plan", "sync"] {
        world.untouched(|world| world.run(&[command]).fails(2, texts));
    }
    // The doctor goes on to the next check where it can.
    let doctor = world.run(&["doctor"]);
    let said = format!("{}{}", doctor.stdout, doctor.stderr);
    assert!([1, 2].contains(&doctor.code) && said.contains("hint: "), "{doctor:?}");
    assert!(texts.iter().all(|text| said.contains(text)), "{doctor:?}");
    assert_eq!(world.counters().contacts_written(), 0);
}

/// Its password would stand in a file that is shared, and in every message.
#[test]
fn a_password_in_an_address_is_refused_and_never_repeated() {
    refused("http://", "http://ann:hush-zq91@", &["justcall.base_url", "no user and no password", "JUSTCALL_API_KEY"]);
    let world = World::new();
    let output = world.run(&["init", "--carddav", "https://ann:hush-zq91@dav.example.com/", "--force"]).ends(2);
    assert!(output.stderr.contains("no user and no password") && output.stderr.contains("--user ann"), "{output:?}");
    assert!(!output.stderr.contains("hush-zq91") && !world.read("tieline.toml").contains("hush-zq91"), "{output:?}");
}

#[test]
fn no_credentials() {
    let world = busy();
    for (key, secret, missing) in [(None, Some(SECRET), "JUSTCALL_API_KEY"), (Some(KEY), None, "JUSTCALL_API_SECRET")] {
        for args in [["sync", "-v"], ["plan", "-vv"]] {
            world.untouched(|world| {
                let mut command = crate::support::tieline(world.folder(), &args);
                command.envs(key.map(|key| ("JUSTCALL_API_KEY", key)));
                command.envs(secret.map(|secret| ("JUSTCALL_API_SECRET", secret)));
                finish(command).fails(2, &["no credentials", missing, "api_key_file"]);
            });
        }
    }
    assert_eq!(world.counters().total_requests(), 0);
}

#[test]
fn unusable_credentials_are_not_echoed() {
    let world = busy();
    for (value, message) in [("", "is empty"), ("two words-zq91", "holds a space"), ("kéy-zq91", "holds a space")] {
        let mut command = world.command(&["sync"]);
        command.env("JUSTCALL_API_KEY", value);
        let output = finish(command).ends(2);
        assert!(output.stderr.contains(message) && !output.stderr.contains("zq91"), "{}", output.stderr);
    }
    assert_eq!(world.counters().total_requests(), 0);
}

#[test]
fn wrong_credentials() {
    let world = busy();
    world.untouched(|world| {
        let mut command = world.command(&["sync", "-vvv"]);
        command.env("JUSTCALL_API_SECRET", "wrong-secret-77af");
        let output = finish(command).fails(1, &["error: JustCall answered 401", "JUSTCALL_API_KEY"]);
        assert!(!output.stderr.contains("wrong-secret-77af"), "{}", output.stderr);
    });
    assert_eq!(world.counters().total_requests(), 1, "not tried again");
}

#[test]
fn a_role_without_permission() {
    let world = busy();
    world.account.add_fault(Fault::new(On::List, Action::Refuse(Refusal::status(403))));
    world.untouched(|world| world.run(&["sync"]).fails(1, &["403", "ask an admin"]));
}

#[test]
fn secrets_in_files() {
    let world = busy();
    world.reconfigure("[crm]\n", "api_key_file = \"key.txt\"\napi_secret_file = \"secret.txt\"\n\n[crm]\n");
    let bare = |args: &[&str]| finish(crate::support::tieline(world.folder(), args));
    bare(&["plan"]).fails(2, &["key.txt", "justcall.api_key_file"]);
    world.write("key.txt", format!("{KEY}\n"));
    world.write("secret.txt", " \n");
    bare(&["plan"]).fails(2, &["secret.txt", "is empty"]);
    world.write("secret.txt", format!("{SECRET}\r\n"));
    bare(&["plan", "-vvv"]).ends(0);
    bare(&["sync", "-vvv"]).ends(0);
    // Nothing that tieline wrote holds them.
    for entry in std::fs::read_dir(world.folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(path.extension().is_some_and(|ending| ending == "txt") || !(holds(KEY) || holds(SECRET)), "{name}");
    }
}

#[test]
fn addresses_that_are_none() {
    for (url, text) in [("justcall", "base_url"), ("ftp://x", "base_url"), ("http://example.com", "base_url")] {
        let world = busy();
        world.reconfigure(&world.base_url(), url);
        let output = world.run(&["sync"]);
        assert!(output.code == 2 && output.stderr.contains(text), "{url}: {output:?}");
    }
}

#[test]
fn unknown_keys_name_the_nearest() {
    refused(
        "default_region",
        "defualt_region",
        &["unknown key `match.defualt_region`", "did you mean `default_region`?"],
    );
    refused("[match]", "[matches]", &["unknown section `matches`", "did you mean `match`?"]);
    refused("id_column", "id_colum", &["`crm.id_colum`", "did you mean `id_column`?"]);
    refused("email =", "e_mail =", &["fields.e_mail", "did you mean `email`?"]);
    refused("[match]", "[guards]\ndeletes = { flor = 1 }\n[match]", &["guards.deletes.flor", "did you mean `floor`?"]);
    refused("[crm]", "api_key = \"zzz\"\n[crm]", &["unknown key `justcall.api_key`"]);
}

#[test]
fn unknown_values_name_the_nearest() {
    refused("\"US\"", "\"UK\"", &["UK", "GB"]);
    refused("\"US\"", "\"usa\"", &["usa", "two letters"]);
    refused("\"plain\"", "\"hubspto\"", &["hubspto", "did you mean `hubspot`?"]);
    refused("\"csv\"", "\"csw\"", &["crm.connector `csw` is not known, did you mean `csv`?"]);
    refused("[crm]", "plan = \"bussiness\"\n[crm]", &["`bussiness`", "did you mean `business`?"]);
    refused("[match]", "[policy]\nconflict = \"news\"\n[match]", &["newest"]);
    refused("[match]", "[deletes]\nsightings = 0\n[match]", &["sightings must be at least 1"]);
    refused("[crm]", "reserve = 1.5\n[crm]", &["justcall.reserve is 1.5"]);
    refused("[match]", "[guards]\ndeletes = { percent = 200 }\n[match]", &["percent is 200"]);
}

#[test]
fn a_scope_that_can_hold_nobody() {
    refused("[match]", "[scope]\njustcall = { foo = [\"x\"] }\n[match]", &["scope.justcall", "`foo`", "custom.<key>"]);
    refused("[match]", "[scope]\ncrm = { Email = [] }\n[match]", &["scope.crm", "`Email` names no value"]);
    refused("[match]", "[scope]\ncrm = { Nowhere = [\"x\"] }\n[match]", &["Nowhere"]);
}

#[test]
fn words_of_a_person_not_of_the_parser() {
    refused("[match]", "[guards]\ndeletes = 5\n[match]", &["line ", "{ floor = 5, percent = 2 }"]);
    refused("[match]", "[guards]\ndeletes = { floor = -1 }\n[match]", &["a whole number, 0 or more"]);
    refused("[match]", "[guards]\ndeletes = { percent = 1e300 }\n[match]", &["guards.deletes: percent is 1e300"]);
    refused("[match]", "[guards]\nclears = { percent = 101 }\n[match]", &["guards.clears: percent is 101"]);
    refused("[crm]", "concurrency = 0\n[crm]", &["justcall.concurrency must be at least 1"]);
    refused("preset =", "path =", &["line ", "`path`", "a second time"]);
    refused("[crm]", "reserve = 0.99999999\n[crm]", &["justcall.reserve is 0.99999999", "less than one"]);
}

#[test]
fn addresses_that_carry_more_than_an_address() {
    let world = busy();
    let url = world.base_url();
    for odd in [url.replace("://", "://user:hush-77af@"), format!("{url}/?a=1"), format!("{url}/#v2")] {
        world.reconfigure(&url, &odd);
        let output = world.run(&["sync"]).fails(2, &["address", "base_url"]);
        assert!(!output.stderr.contains("hush-77af"), "{}", output.stderr);
        world.reconfigure(&odd, &url);
    }
    assert_eq!(world.counters().total_requests(), 0);
}

#[test]
fn the_doctor_sees_offline_what_a_plan_would_refuse() {
    for (from, to, text) in [
        ("email = \"Email\"", "email = { crm = \"Email\", justcall = \"company\" }", "both kept in JustCall's field"),
        ("email = \"Email\"", "email = { crm = \"Email\", justcall = \"\" }", "fields.email"),
        ("email = \"Email\"", "email = { crm = \"Email\", justcall = \"emial\" }", "no field `emial`"),
        ("[crm]", "plan = \"enterprise\"\n[crm]", "`enterprise` is not known"),
        ("[match]", "[state]\npath = \"\"\n[match]", "state.path is empty"),
        ("[match]", "[state]\npath = \"nowhere/a.db\"\n[match]", "nowhere"),
        ("email = \"Email\"", "email = \"Company\"", "`Company` is mapped twice"),
    ] {
        let world = busy();
        world.reconfigure(from, to);
        let doctor = world.run(&["doctor", "--offline"]);
        let said = format!("{}{}", doctor.stdout, doctor.stderr);
        assert!([1, 2].contains(&doctor.code) && said.contains(text) && said.contains("hint: "), "{text}: {doctor:?}");
        let plan = world.run(&["plan"]);
        assert_eq!(plan.code, doctor.code, "{text}: {plan:?}");
    }
}

#[test]
fn toml_that_is_none() {
    let world = busy();
    for (text, message) in
        [("[crm\npath = 1", "tieline.toml"), ("[crm]\npath = 7\n", "tieline.toml"), ("crm = 3", "crm")]
    {
        world.write("tieline.toml", text);
        world.untouched(|world| world.run(&["plan"]).fails(2, &[message]));
    }
    // Where it is, not only that it is.
    world.write("tieline.toml", "[crm]\npath = \"crm.csv\"\npreset \"x\"\n");
    world.run(&["plan"]).fails(2, &["line 3"]);
    world.write("tieline.toml", b"[crm]\npath = \"\xff\"\n");
    world.run(&["plan"]).fails(2, &["tieline.toml"]);
}

#[test]
fn no_configuration() {
    let world = busy();
    world.run(&["plan", "--config", "nowhere.toml"]).fails(2, &["nowhere.toml", "tieline init"]);
    world.run(&["status", "--config", "."]).fails(2, &["configuration"]);
    std::fs::remove_file(world.path("tieline.toml")).unwrap();
    for command in ["plan", "sync", "doctor", "status", "history", "quality"] {
        world.untouched(|world| world.run(&[command]).fails(2, &["tieline.toml", "tieline init"]));
    }
}

#[test]
fn wrong_command_lines() {
    let world = busy();
    for args in [&["sync", "--aprove", "deletes=1"][..], &["synch"], &["plan", "--approve", "deletes"], &[]] {
        let output = world.run(args).ends(2);
        assert!(!output.stderr.is_empty());
    }
    assert_eq!(world.counters().total_requests(), 0);
}

#[test]
fn fields_that_cannot_be() {
    refused("phone = \"Phone\"", "phone = { crm = \"Phone\", clear = true }", &["a phone is never cleared"]);
    refused("email = \"Email\"", "email = \"Company\"", &["`Company` is mapped twice"]);
    refused("email = \"Email\"", "email = { crm = \"Email\", direction = \"up\" }", &["to_justcall"]);
}
