//! The whole list, and whether it was the whole list.
//!
//! Complete is only a walk that began at the first page, reached the last one, and whose distinct ids are as many as
//! the list counted, before and after. Otherwise it is walked again, a few times; then it is partial, and holds what
//! any of the walks showed. It does *not* conclude anything from what is missing.

use crate::client::Client;
use crate::walk::{Doubt, Walk, walk};
use connector::{Error, ErrorKind, Progress};
use model::{Coverage, Listing};

/// Walks through a list that does not stand still.
const WALKS: usize = 3;

pub(crate) async fn list(client: &Client, progress: &dyn Progress) -> Result<Listing, Error> {
    let read_at = jiff::Timestamp::now();
    let mut seen: Option<Walk> = None;
    for _ in 0..WALKS {
        let next = walk(client, progress).await?;
        let moved = matches!(next.doubt, Some(Doubt::Moved(_)));
        seen = Some(match seen {
            // A complete walk stands for itself: what only earlier ones saw is gone.
            Some(earlier) if next.doubt.is_some() => with_rows_of(next, &earlier)?,
            _ => next,
        });
        if !moved {
            break;
        }
    }
    let Some(walk) = seen else { return Err(Error::new(ErrorKind::Protocol, "the list was not read")) };
    let mut notes = Vec::new();
    if walk.twice > 0 {
        notes.push(format!("{} contacts came twice while JustCall's list was read; once each is kept", walk.twice));
    }
    let coverage = match walk.doubt {
        None => Coverage::Complete,
        Some(Doubt::Moved(reason) | Doubt::Final(reason)) => Coverage::Partial { reason },
    };
    Ok(Listing { table: walk.table, coverage, read_at, notes })
}

/// Adds the rows that only an earlier walk saw.
fn with_rows_of(mut walk: Walk, earlier: &Walk) -> Result<Walk, Error> {
    for row in earlier.table.iter() {
        if walk.ids.insert(row.id().into()) {
            walk.table
                .push_record(&row.to_record())
                .map_err(|full| Error::new(ErrorKind::Data, "JustCall's list is too large").caused_by(full))?;
        }
    }
    Ok(walk)
}
