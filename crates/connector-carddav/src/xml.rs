//! What servers answer: 207 documents and error bodies. Only what we ask for is read.

use roxmltree::{Document, Node};

const DAV: &str = "DAV:";
const CARD: &str = "urn:ietf:params:xml:ns:carddav";

/// What a 207 says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MultiStatus {
    /// One per resource that it speaks of.
    pub responses: Vec<Response>,
    /// Where a feed of changes goes on.
    pub sync_token: Option<String>,
}

/// What it says of one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// Its address, as the server spells it.
    pub href: String,
    /// The status of the resource as a whole.
    pub status: Option<u16>,
    /// Its properties, as far as they came with a 200.
    pub props: Props,
    /// Whether any property came with a 200.
    pub has_props: bool,
}

/// The properties that we ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Props {
    /// `getetag`
    pub etag: Option<String>,
    /// `address-data`
    pub card: Option<String>,
    /// It is an address book.
    pub is_book: bool,
    /// It holds others.
    pub is_collection: bool,
    /// `displayname`
    pub name: Option<String>,
    /// `current-user-principal`
    pub principal: Option<String>,
    /// `addressbook-home-set`
    pub homes: Vec<String>,
    /// `sync-token`
    pub sync_token: Option<String>,
    /// Versions of vCard that it takes.
    pub versions: Vec<String>,
    /// Names of the reports that it knows.
    pub reports: Vec<String>,
    /// Names of what the user may do.
    pub privileges: Option<Vec<String>>,
}

/// A text in XML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Reads a 207.
pub(crate) fn multistatus(body: &[u8]) -> Result<MultiStatus, String> {
    let text = std::str::from_utf8(body).map_err(|_| "it is not UTF-8".to_owned())?;
    let document = Document::parse(text).map_err(|error| format!("it is no XML ({error})"))?;
    let root = document.root_element();
    if !root.has_tag_name((DAV, "multistatus")) {
        return Err(format!("it is a `{}`, no multistatus", root.tag_name().name()));
    }
    Ok(MultiStatus {
        responses: children(root, DAV, "response").map(response).collect(),
        sync_token: child_text(root, DAV, "sync-token"),
    })
}

/// The name of the condition that an error body names, and its words.
pub(crate) fn error_words(body: &[u8]) -> Option<(Option<String>, String)> {
    let text = std::str::from_utf8(body).ok()?;
    let document = Document::parse(text).ok()?;
    let root = document.root_element();
    if !root.has_tag_name((DAV, "error")) {
        return None;
    }
    let condition = root.children().find(Node::is_element).map(|node| node.tag_name().name().to_owned());
    let words = root.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect::<String>();
    Some((condition, words.split_whitespace().collect::<Vec<_>>().join(" ")))
}

fn children<'a>(node: Node<'a, 'a>, namespace: &'static str, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |child| child.has_tag_name((namespace, name)))
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect()
}

fn child_text<'a>(node: Node<'a, 'a>, namespace: &'static str, name: &'static str) -> Option<String> {
    let text = children(node, namespace, name).next().map(text)?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// `HTTP/1.1 404 Not Found`
fn status<'a>(node: Node<'a, 'a>) -> Option<u16> {
    child_text(node, DAV, "status")?.split_whitespace().nth(1)?.parse().ok()
}

fn response<'a>(node: Node<'a, 'a>) -> Response {
    let mut response = Response {
        href: child_text(node, DAV, "href").unwrap_or_default(),
        status: status(node),
        ..Response::default()
    };
    for propstat in children(node, DAV, "propstat") {
        // Some leave the status out where all is well.
        if status(propstat).is_some_and(|status| !(200..300).contains(&status)) {
            continue;
        }
        for prop in children(propstat, DAV, "prop") {
            response.has_props = true;
            props(prop, &mut response.props);
        }
    }
    response
}

fn props<'a>(prop: Node<'a, 'a>, props: &mut Props) {
    let trimmed = |node: Node<'_, '_>| Some(text(node).trim().to_owned()).filter(|text| !text.is_empty());
    let names = |node: Node<'a, 'a>, inner: &'static str| -> Vec<String> {
        let inner = node.descendants().filter(move |child| child.tag_name().name() == inner);
        inner
            .flat_map(|node| node.children().filter(Node::is_element))
            .map(|node| node.tag_name().name().to_owned())
            .collect()
    };
    for node in prop.children().filter(Node::is_element) {
        match (node.tag_name().namespace().unwrap_or_default(), node.tag_name().name()) {
            (DAV, "getetag") => props.etag = trimmed(node),
            (CARD, "address-data") => props.card = Some(text(node)),
            (DAV, "displayname") => props.name = trimmed(node),
            (DAV, "sync-token") => props.sync_token = trimmed(node),
            (DAV, "current-user-principal") => props.principal = child_text(node, DAV, "href"),
            (CARD, "addressbook-home-set") => {
                props.homes = children(node, DAV, "href").map(|href| text(href).trim().to_owned()).collect();
            }
            (DAV, "resourcetype") => {
                props.is_book = children(node, CARD, "addressbook").next().is_some();
                props.is_collection = children(node, DAV, "collection").next().is_some();
            }
            (CARD, "supported-address-data") => {
                let types = node.children().filter(Node::is_element);
                props.versions = types.filter_map(|node| node.attribute("version").map(str::to_owned)).collect();
            }
            (DAV, "supported-report-set") => props.reports = names(node, "report"),
            (DAV, "current-user-privilege-set") => props.privileges = Some(names(node, "privilege")),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_207_is_read_whatever_its_prefixes() {
        let body = br#"<ns0:multistatus xmlns:ns0="DAV:" xmlns:ns1="urn:ietf:params:xml:ns:carddav">
            <ns0:response><ns0:href>/b/a.vcf</ns0:href><ns0:propstat><ns0:status>HTTP/1.1 200 OK</ns0:status><ns0:prop>
            <ns0:getetag>"1"</ns0:getetag><ns1:address-data>BEGIN<![CDATA[:V&C]]>ARD</ns1:address-data></ns0:prop></ns0:propstat>
            <ns0:propstat><ns0:prop><ns0:displayname>no</ns0:displayname></ns0:prop><ns0:status>HTTP/1.1 404 Not Found</ns0:status></ns0:propstat></ns0:response>
            <ns0:response><ns0:href>/b/gone.vcf</ns0:href><ns0:status>HTTP/1.1 404 Not Found</ns0:status></ns0:response>
            <ns0:sync-token>t2</ns0:sync-token></ns0:multistatus>"#;
        let read = multistatus(body).unwrap();
        assert_eq!(read.sync_token.as_deref(), Some("t2"));
        assert_eq!(read.responses[0].props.card.as_deref(), Some("BEGIN:V&CARD"));
        assert_eq!(read.responses[0].props.name, None);
        assert_eq!(read.responses[1].status, Some(404));
    }

    #[test]
    fn documents_that_define_entities_are_refused() {
        let bomb = b"<!DOCTYPE x [<!ENTITY a \"b\">]><multistatus xmlns=\"DAV:\">&a;</multistatus>";
        assert!(multistatus(bomb).is_err());
        assert!(multistatus(b"<html/>").is_err());
    }

    #[test]
    fn an_error_names_its_condition() {
        let body = b"<error xmlns='DAV:'><valid-sync-token/><x>no  good</x></error>";
        assert_eq!(error_words(body), Some((Some("valid-sync-token".to_owned()), "no good".to_owned())));
        assert_eq!(error_words(b"nope"), None);
    }
}
