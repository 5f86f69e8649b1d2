//! PROPFIND: what a resource is, and what is in a collection.

use super::{Method, Request};
use crate::error::CallError;
use crate::transport::Answer;
use crate::xml::{self, MultiStatus};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
    <d:propfind xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:carddav\"><d:prop>";
const TAIL: &str = "</d:prop></d:propfind>";

fn prepare(path: &str, depth: &'static str, props: &str) -> Request {
    let mut request = Request::new(Method::Propfind, path);
    request.depth = Some(depth);
    request.body = Some(format!("{HEAD}{props}{TAIL}"));
    request
}

/// What a resource is, and where the user's address books are.
pub fn resource(path: &str) -> Request {
    prepare(path, "0", &format!("{BOOK}<d:current-user-principal/><c:addressbook-home-set/>"))
}

const BOOK: &str = "<d:resourcetype/><d:displayname/><c:supported-address-data/><d:supported-report-set/>\
    <d:current-user-privilege-set/>";

/// What is in a home: its address books.
pub fn books(path: &str) -> Request {
    prepare(path, "1", BOOK)
}

/// What is in an address book, and where its feed of changes stands.
pub fn members(path: &str) -> Request {
    prepare(path, "1", "<d:resourcetype/><d:getetag/><d:sync-token/>")
}

/// Reads the answer.
pub(crate) fn parse(answer: &Answer) -> Result<MultiStatus, CallError> {
    if answer.status != 207 {
        return Err(CallError::of(answer));
    }
    xml::multistatus(&answer.body).map_err(CallError::Unreadable)
}
