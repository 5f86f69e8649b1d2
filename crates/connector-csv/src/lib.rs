//! A CRM's CSV export as a replica: reads it whole, edits it in place.
//!
//! The file is the CRM's own: every byte that a write does not concern stays as it is, in the file's own encoding.
//! This crate converts losslessly between cells and [`model::Record`]s. It does not normalise, compare contacts or
//! decide anything, does not parse TOML, and writes values verbatim: it neutralises no spreadsheet formula, since that
//! would change the user's data.
//!
//! ```no_run
//! # use connector::{Connector, NoProgress};
//! # async fn example() -> Result<(), connector::Error> {
//! use model::{Field, Schema};
//! let mut config = connector_csv::Config::new("crm.csv");
//! config.id_column = Some("id".into());
//! config.columns = vec![(Field::Phone, "Phone".into()), (Field::Email, "E-Mail".into())];
//! let schema = std::sync::Arc::new(Schema::new([Field::Phone, Field::Email]));
//! let crm = connector_csv::CsvConnector::new(config, schema);
//! let listing = crm.list(&NoProgress).await?;
//! # Ok(())
//! # }
//! ```

mod aside;
mod batch;
mod config;
mod connect;
mod convert;
mod dialect;
mod document;
mod duplicates;
mod edit;
mod encoding;
mod file;
mod flaw;
mod inspect;
mod layout;
mod lines;
mod new_ids;
mod parse;
mod presets;
mod quoting;
mod replace;
mod sheet;
mod stream;

pub use config::Config;
pub use connect::CsvConnector;
pub use dialect::LineEnding;
pub use encoding::Encoding;
pub use inspect::{ColumnView, Inspection, Role, inspect};
pub use presets::{Confidence, Detection, Preset, UnknownPreset, detect};
pub use replace::{Disk, RealDisk};
pub use sheet::{Sheet, SheetRow};

#[cfg(test)]
mod properties;
