//! A scratch folder with a state in it, and short ways to make values. No clock: time is a number of seconds.

use jiff::Timestamp;
use model::{
    ActionKind, BaseField, BySide, Cell, Change, Field, LinkId, OwnedCell, PhoneKey, Record, RecordId, RowHash, Rule,
    RunId, Schema, Side, Via,
};
use rusqlite::Connection;
use std::fs;
use std::path::{Path, PathBuf};
use store::{Intent, Parking, StateChange, Store};
use tempfile::TempDir;

pub(crate) const ENTROPY: [u8; 16] = [0xab; 16];

pub(crate) struct Scratch {
    pub(crate) folder: TempDir,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("tieline.db")
    }

    /// Opened, with the schema set.
    pub(crate) fn open(&self) -> Store {
        let mut store = Store::open(&self.path(), ENTROPY).unwrap();
        store.set_schema(&schema(), "v1").unwrap();
        store
    }

    /// A state as an earlier version made it, of the number of migrations that it knew.
    pub(crate) fn of_version(version: usize) -> Self {
        let scratch = Self::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in &files[..version] {
            scratch.meddle(&fs::read_to_string(file).unwrap());
        }
        scratch.meddle(&format!(
            "INSERT INTO state (id, lineage, journal_head) VALUES (1, 'x', zeroblob(32));
             PRAGMA application_id = {}; PRAGMA user_version = {version}; PRAGMA journal_mode = WAL",
            0x7469_656c
        ));
        scratch
    }

    /// Somebody else's hand in the file.
    pub(crate) fn meddle(&self, sql: &str) {
        let connection = Connection::open(self.path()).unwrap();
        connection.execute_batch(sql).unwrap();
    }
}

pub(crate) fn schema() -> Schema {
    Schema::new([Field::FirstName, Field::Email])
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub(crate) fn same(text: &str) -> BaseField {
    pair(text, text)
}

pub(crate) fn pair(justcall: &str, crm: &str) -> BaseField {
    let cells = BySide { justcall, crm }.map(|text| Cell::from_text(text).to_owned());
    BaseField { cells, sent: BySide::default() }
}

/// First name, phone, e-mail.
pub(crate) fn base(name: &str) -> Vec<BaseField> {
    vec![same(name), pair("+14155551234", "(415) 555-1234"), same("")]
}

pub(crate) fn ids(justcall: &str, crm: &str) -> BySide<Option<RecordId>> {
    BySide { justcall, crm }.map(|text| (!text.is_empty()).then(|| RecordId::from(text)))
}

pub(crate) fn new_link(justcall: &str, crm: &str, name: &str) -> StateChange {
    StateChange::NewLink {
        ids: ids(justcall, crm),
        key: PhoneKey::new("+14155551234", ""),
        base: base(name),
        created_at: BySide::default(),
    }
}

pub(crate) fn update_link(id: LinkId, justcall: &str, crm: &str, name: &str) -> StateChange {
    StateChange::UpdateLink {
        id,
        ids: ids(justcall, crm),
        key: PhoneKey::new("+14155551234", ""),
        fields: base(name),
        created_at: BySide::default(),
    }
}

pub(crate) fn run(name: &str) -> RunId {
    RunId(name.to_owned())
}

pub(crate) fn intent(phone: &str, link: Option<i64>) -> Intent {
    Intent {
        side: Side::Crm,
        kind: ActionKind::Update,
        via: Via::File,
        link: link.map(LinkId),
        record_id: Some(RecordId::from("17")),
        other_id: Some(RecordId::from("98765")),
        phone: phone.to_owned(),
        name: "Zoë".to_owned(),
        reason: Rule::R2,
        note: String::new(),
        changes: vec![Change { field: Field::Company, before: None, after: "Acme".to_owned() }],
        before: Some(Record {
            id: RecordId::from("17"),
            native_id: true,
            cells: vec![OwnedCell::Unknown, OwnedCell::Cleared, OwnedCell::Value("x".into())],
            rest: Some("{}".to_owned()),
        }),
        other: None,
    }
}

/// Record 17, refused by the CRM.
pub(crate) fn parking(hash: u64, message: &str, second: i64) -> StateChange {
    StateChange::Park(Parking {
        side: Side::Crm,
        key: "17".to_owned(),
        row_hash: RowHash(hash),
        message: message.to_owned(),
        at: at(second),
        phone: "+14155551234".to_owned(),
        undone: false,
    })
}
