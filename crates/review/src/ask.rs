//! One request as a page sees it, and its answer. Who may ask at all is `gate`'s.

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse;
use maud::Markup;

/// Names and values of a query or a form, in their order; a name may come several times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// From `a=1&b=2`.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The first value of that name, trimmed; "" where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The first value of that name as it was sent.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All values of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A number, where it is one.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.text(name).parse().ok()
    }
}

/// A query from names and values; what is empty is left out.
pub(crate) fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        if !value.is_empty() {
            text.append_pair(name, &value);
        }
    }
    text.finish()
}

/// What a page is asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ask {
    /// The last part of the path, where the page has one: a run, a plan.
    pub(crate) name: String,
    /// Behind the question mark.
    pub(crate) query: Pairs,
    /// What a form sent; nothing where a page is only looked at.
    pub(crate) form: Pairs,
    /// Who asks, as they named themselves.
    pub(crate) by: String,
}

/// What it answers.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A page.
    Page(StatusCode, Markup),
    /// Elsewhere within the page; the path behind the place.
    Go(String),
    /// There with a cookie: its name and value, which are safe in a header.
    Remember(String, String, String),
}

impl Reply {
    pub(crate) const fn page(markup: Markup) -> Self {
        Self::Page(StatusCode::OK, markup)
    }

    pub(crate) fn into_response(self, place: &str) -> Response<Body> {
        match self {
            Self::Page(status, markup) => {
                (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], markup.0).into_response()
            }
            Self::Go(path) => (StatusCode::SEE_OTHER, [(header::LOCATION, format!("/{place}/{path}"))]).into_response(),
            Self::Remember(path, name, value) => {
                let cookie = format!("{name}={value}; Path=/{place}; HttpOnly; SameSite=Strict");
                let headers = [(header::LOCATION, format!("/{place}/{path}")), (header::SET_COOKIE, cookie)];
                (StatusCode::SEE_OTHER, headers).into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_keep_every_value() {
        let pairs = Pairs::parse(b"id=a&id=b%26c&text=+x+&n=12");
        assert_eq!(pairs.all("id").collect::<Vec<_>>(), ["a", "b&c"]);
        assert_eq!((pairs.text("text"), pairs.raw("text"), pairs.text("none")), ("x", " x ", ""));
        assert_eq!((pairs.number("n"), pairs.number("text")), (Some(12), None));
        assert_eq!(query([("a", "1 &".to_owned()), ("b", String::new())]), "a=1+%26");
    }
}
