//! Opening the state: refuses what is not ours, damaged or too new; creates it for the owner alone; sets up `SQLite`.
//! Exclusive use is `lock`'s: readers may open beside a run.

use crate::check::{Check, check};
use crate::error::{Error, Fault, Result};
use crate::files::{self, Found};
use crate::migrations;
use crate::schemas::CurrentSchema;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait for another process's transaction.
const BUSY: Duration = Duration::from_secs(10);

/// When the whole file is looked through for damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Care {
    First,
    /// While it is read. Not where a crash or an earlier version left something to be written at once.
    Meanwhile,
    Never,
}

/// The state of one pairing, open.
#[derive(Debug)]
pub struct Store {
    /// Before the connection: what comes first is dropped first.
    check: Check,
    pub(crate) connection: Connection,
    path: PathBuf,
    lineage: String,
    pub(crate) schema: Option<CurrentSchema>,
    warnings: Vec<String>,
    is_new: bool,
    /// Which file it is, whatever its name comes to mean.
    file: Option<(u64, u64)>,
}

impl Store {
    /// Opens the state, makes it if there is none. `entropy` becomes the lineage of a new one.
    pub fn open(path: &Path, entropy: [u8; 16]) -> Result<Self> {
        Self::open_or_make(path, Care::First, entropy)
    }

    /// Likewise, but looks for damage while the caller goes on: what it reads is only to be relied on after
    /// [`Store::sound`]. Nothing is written before that either.
    pub fn open_meanwhile(path: &Path, entropy: [u8; 16]) -> Result<Self> {
        Self::open_or_make(path, Care::Meanwhile, entropy)
    }

    fn open_or_make(path: &Path, care: Care, entropy: [u8; 16]) -> Result<Self> {
        let found = files::look(path)?;
        if found == Found::Nothing {
            files::create_private(path).map_err(|source| files::io(path, "create", source))?;
        }
        Self::set_up(path, found, care, entropy).map_err(|fault| fault.at(path))
    }

    /// Opens the state if there is one.
    pub fn open_existing(path: &Path) -> Result<Self> {
        Self::open_found(path, Care::First)
    }

    /// Opens the state once more within a process that has opened it before: without the look through the whole file
    /// for damage, which takes its time in a large one.
    pub fn open_again(path: &Path) -> Result<Self> {
        Self::open_found(path, Care::Never)
    }

    fn open_found(path: &Path, care: Care) -> Result<Self> {
        match files::look(path)? {
            Found::Nothing => Err(Error::NotFound { path: path.to_owned() }),
            found @ Found::Ours { .. } => Self::set_up(path, found, care, [0; 16]).map_err(|fault| fault.at(path)),
        }
    }

    fn set_up(path: &Path, found: Found, care: Care, entropy: [u8; 16]) -> Result<Self, Fault> {
        let mut connection = connect(path)?;
        connection.set_prepared_statement_cache_capacity(64);
        // Plans of queries must not depend on bound values: else SQLite prepares them anew for each value.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", -16_384)?;
        connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
        let later =
            care == Care::Meanwhile && found == Found::Ours { clean: true } && migrations::is_done(&connection)?;
        if let Found::Ours { clean } = found
            && care != Care::Never
            && !later
        {
            check(&connection, clean)?;
        }
        migrations::migrate(&mut connection, entropy)?;
        // Only now, so that the header of a new file names us before anything can stand in a -wal file alone.
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        let lineage = connection.query_row("SELECT lineage FROM state", [], |row| row.get(0))?;
        let warnings = files::permission_warnings(path);
        let is_new = found == Found::Nothing;
        let file = files::identity(path);
        let check = if later { Check::begin(path, file)? } else { Check::done() };
        Ok(Self { check, connection, path: path.to_owned(), lineage, schema: None, warnings, is_new, file })
    }

    /// Waits for the look for damage, if it is still under way.
    ///
    /// # Errors
    /// The file is damaged: what was read from it so far says nothing.
    pub fn sound(&self) -> Result<()> {
        self.named(self.check.wait())
    }

    /// Whether it was made just now, since there was none.
    pub const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Random name of this state, given when it was made.
    pub fn lineage(&self) -> &str {
        &self.lineage
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which file it is.
    pub(crate) const fn file(&self) -> Option<(u64, u64)> {
        self.file
    }

    /// Whether the file still has its name. If not, somebody put another one there, and what is written here is lost.
    pub fn is_in_place(&self) -> bool {
        files::identity(&self.path) == self.file
    }

    /// What a person should know about the file: permissions that are too wide.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Puts the file's name to a fault.
    pub(crate) fn named<T>(&self, result: Result<T, Fault>) -> Result<T> {
        result.map_err(|fault| fault.at(&self.path))
    }

    /// All of `work` or nothing.
    pub(crate) fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>) -> Result<T> {
        self.sound()?;
        let result = write(&mut self.connection, work);
        self.named(result)
    }
}

fn connect(path: &Path) -> Result<Connection, Fault> {
    // Without CREATE: the file exists by now, with our permissions. Without URI: a `?` in a name is a `?`.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// One more connection to a state that is open, for another thread: reads only.
pub(crate) fn reader(path: &Path, file: Option<(u64, u64)>) -> Result<Connection, Fault> {
    let connection = connect(path)?;
    if files::identity(path) != file {
        return Err(Fault::refused("another file was put in its place"));
    }
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn write<T>(connection: &mut Connection, work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = work(&transaction)?; // dropped on failure: rolled back
    transaction.commit()?;
    Ok(value)
}
