//! REPORT: many cards at once, and what changed since a token.

use super::{Method, Request};
use crate::xml;

/// Many cards in one answer.
pub fn multiget<'a>(book: &str, paths: impl IntoIterator<Item = &'a str>) -> Request {
    let hrefs: String = paths.into_iter().map(|path| format!("<d:href>{}</d:href>", xml::escape(path))).collect();
    let mut request = Request::new(Method::Report, book);
    // The standard's text says 0 and its examples say 1 (RFC 6352, 8.7, erratum 4610); what is meant are the hrefs alone.
    request.depth = Some("1");
    request.body = Some(format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<c:addressbook-multiget xmlns:d=\"DAV:\" \
         xmlns:c=\"urn:ietf:params:xml:ns:carddav\"><d:prop><d:getetag/><c:address-data/></d:prop>{hrefs}\
         </c:addressbook-multiget>"
    ));
    request
}

/// What changed since a token. Never with a limit (`nresults`): some servers then leave out the rest and say so nowhere.
pub fn changes(book: &str, token: &str) -> Request {
    let mut request = Request::new(Method::Report, book);
    request.depth = Some("0");
    request.hears_500 = true;
    request.body = Some(format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<d:sync-collection xmlns:d=\"DAV:\"><d:sync-token>{}</d:sync-token>\
         <d:sync-level>1</d:sync-level><d:prop><d:resourcetype/><d:getetag/></d:prop></d:sync-collection>",
        xml::escape(token)
    ));
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_never_ask_for_a_part() {
        let body = changes("/b/", "t<1>").body.unwrap_or_default();
        assert!(!body.contains("nresults") && !body.contains("limit") && body.contains("t&lt;1&gt;"), "{body}");
        let body = multiget("/b/", ["/b/a&b.vcf"]).body.unwrap_or_default();
        assert!(body.contains("<d:href>/b/a&amp;b.vcf</d:href>"), "{body}");
    }
}
