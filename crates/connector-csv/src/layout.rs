//! Which column is the id and which is which field, for one header. Errors here are the configuration's; those of the
//! data are `flaw`'s.

use crate::presets::{folded, propose};
use crate::{Config, Preset};
use connector::{Error, ErrorKind};
use model::{Field, Schema, Side};

/// Columns of one file, by what they are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The id's column.
    pub(crate) id: Option<usize>,
    /// The column of each schema field, then of each scope column.
    pub(crate) cells: Vec<Option<usize>>,
    /// Where the phone's cell is in `cells`.
    pub(crate) phone: usize,
    /// Columns that the phone may stand in, in order of preference, with their names; empty: it has one column.
    pub(crate) numbers: Vec<(usize, String)>,
    /// Columns that look like further phones of a contact and belong to no field: never written, but a merged contact
    /// leaves its number there (S18).
    pub(crate) spare_phones: Vec<usize>,
    /// The preset in force; never [`Preset::Auto`].
    pub(crate) preset: Preset,
    /// What a person should know of it.
    pub(crate) notes: Vec<String>,
}

impl Layout {
    /// Finds every column that `config` and `schema` ask for.
    pub(crate) fn resolve(config: &Config, schema: &Schema, header: &[String]) -> Result<Self, Error> {
        let shown = &config.identity;
        let proposal = propose(config.preset, header);
        let mut notes = Vec::new();
        let id = match (&config.id_column, &proposal.id_column) {
            (Some(name), _) | (None, Some(name)) => Some(existing(shown, header, name, "id_column")?),
            (None, None) if config.needs_ids => {
                let message = format!("{shown}: numbers = \"each\" needs a column of ids, and none is known");
                let hint = format!("name it with crm.id_column; {}", columns(header));
                return Err(Error::new(ErrorKind::Config, message).hint(hint));
            }
            (None, None) => None,
        };
        let mut cells = Vec::with_capacity(schema.width(Side::Crm));
        for field in schema.fields() {
            let what = field.to_string();
            let explicit = config.columns.iter().find(|(mapped, _)| mapped == field).map(|(_, name)| name);
            let proposed = proposal.mapping.iter().find(|(mapped, _)| mapped == field).map(|(_, name)| name);
            cells.push(match (explicit, proposed) {
                (Some(name), _) => match find(header, name) {
                    Found::None if config.optional.contains(field) => None,
                    _ => Some(existing(shown, header, name, &what)?),
                },
                (None, Some(name)) => {
                    let others = proposal.alternatives.iter().filter(|(mapped, _)| mapped == field);
                    let others: Vec<String> = others.map(|(_, name)| format!("`{name}`")).collect();
                    if !others.is_empty() {
                        notes.push(format!("{shown}: {what} is column `{name}`; {} not read", others.join(", ")));
                    }
                    Some(existing(shown, header, name, &what)?)
                }
                (None, None) => unmapped(config, field, header, proposal.full_name.as_deref(), &mut notes)?,
            });
        }
        for name in schema.scope_columns(Side::Crm) {
            cells.push(Some(existing(shown, header, name, "scope")?));
        }
        let phone = schema.phone().index();
        let numbers = numbers(config, header, cells[phone])?;
        let is_spare = |column: &usize| {
            let name = folded(&header[*column]);
            let named = ["phone", "mobile", "telephone", "cell"].iter().any(|word| name.contains(word));
            let is_number = numbers.iter().any(|(number, _)| number == column);
            named && id != Some(*column) && !cells.contains(&Some(*column)) && !is_number
        };
        let spare_phones = (0..header.len()).filter(is_spare).collect();
        let layout = Self { id, cells, phone, numbers, spare_phones, preset: proposal.preset, notes };
        layout.check_shared(shown, schema, header)?;
        Ok(layout)
    }

    /// One column cannot be two fields, or a field and the id: a write to one would change the other.
    fn check_shared(&self, shown: &str, schema: &Schema, header: &[String]) -> Result<(), Error> {
        let fields = &self.cells[..schema.len()];
        for (index, column) in fields.iter().enumerate() {
            let Some(column) = *column else { continue };
            let field = &schema.fields()[index];
            let other = match fields[..index].iter().position(|other| *other == Some(column)) {
                Some(other) => schema.fields()[other].to_string(),
                None if self.id == Some(column) => "id_column".to_owned(),
                None => continue,
            };
            return Err(twice(shown, &header[column], &other, &field.to_string()));
        }
        for (index, (column, name)) in self.numbers.iter().enumerate().skip(1) {
            let field = fields.iter().position(|field| *field == Some(*column));
            let other = match field {
                Some(field) => schema.fields()[field].to_string(),
                None if self.id == Some(*column) => "id_column".to_owned(),
                None if self.numbers[..index].iter().any(|(other, _)| other == column) => "phone".to_owned(),
                None => continue,
            };
            return Err(twice(shown, name, &other, "phone"));
        }
        Ok(())
    }
}

fn twice(shown: &str, column: &str, one: &str, other: &str) -> Error {
    let message = format!("{shown}: column `{column}` is mapped twice: {one} and {other}");
    Error::new(ErrorKind::Config, message).hint("give each field a column of its own")
}

/// The columns of a contact's numbers, where the configuration names several.
fn numbers(config: &Config, header: &[String], first: Option<usize>) -> Result<Vec<(usize, String)>, Error> {
    let Some(first) = first.filter(|_| !config.numbers.is_empty()) else { return Ok(Vec::new()) };
    let mut columns = vec![(first, header[first].clone())];
    for name in &config.numbers {
        let column = existing(&config.identity, header, name, "phone")?;
        columns.push((column, header[column].clone()));
    }
    Ok(columns)
}

fn unmapped(
    config: &Config,
    field: &Field,
    header: &[String],
    full_name: Option<&str>,
    notes: &mut Vec<String>,
) -> Result<Option<usize>, Error> {
    let shown = &config.identity;
    match field {
        _ if config.optional.contains(field) => {}
        Field::Phone | Field::Custom(_) | Field::Call(_) => {
            let message = format!("{shown}: no column is known to be {field}");
            let hint = format!("name the column in [fields]: {field} = \"…\"; {}", columns(header));
            return Err(Error::new(ErrorKind::Config, message).hint(hint));
        }
        Field::FirstName | Field::LastName if full_name.is_some() => notes.push(format!(
            "{shown}: no column for {field}; `{}` holds whole names, which are not split",
            full_name.unwrap_or_default()
        )),
        _ => notes.push(format!("{shown}: no column for {field}: it is left alone")),
    }
    Ok(None)
}

enum Found {
    None,
    One(usize),
    Several(usize, usize),
}

/// An exact name counts before one that differs in case or outer spaces.
fn find(header: &[String], name: &str) -> Found {
    let matches = |test: &dyn Fn(&String) -> bool| {
        let mut columns = header.iter().enumerate().filter(|(_, column)| test(column)).map(|(index, _)| index);
        match (columns.next(), columns.next()) {
            (None, _) => Found::None,
            (Some(one), None) => Found::One(one),
            (Some(one), Some(two)) => Found::Several(one, two),
        }
    };
    let wanted = folded(name);
    match matches(&|column| column == name) {
        Found::None => matches(&|column| folded(column) == wanted),
        found => found,
    }
}

fn existing(shown: &str, header: &[String], name: &str, what: &str) -> Result<usize, Error> {
    match find(header, name) {
        Found::One(column) => Ok(column),
        Found::Several(one, two) => {
            let (one, two) = (one + 1, two + 1);
            let message =
                format!("{shown}: line 1, columns {one} and {two}: both are called `{name}`, the column for {what}");
            Err(Error::new(ErrorKind::Config, message).hint("rename one of them, so that it is clear which one counts"))
        }
        Found::None => {
            let nearest = header
                .iter()
                .map(|column| (strsim::jaro_winkler(&folded(column), &folded(name)), column))
                .filter(|(likeness, _)| *likeness > 0.75)
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let guess = nearest.map(|(_, column)| format!("did you mean `{column}`? ")).unwrap_or_default();
            let message = format!("{shown}: line 1: no column is called `{name}`, as {what} needs");
            Err(Error::new(ErrorKind::Config, message).hint(format!("{guess}{}", columns(header))))
        }
    }
}

fn columns(header: &[String]) -> String {
    let names: Vec<String> = header.iter().map(|name| format!("`{name}`")).collect();
    format!("the file has the columns {}", names.join(", "))
}
