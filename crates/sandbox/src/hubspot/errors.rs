//! The errors that the API answers, in its own words where public reports show them.

use serde_json::{Map, Value, json};

use super::limits::Policy;
use super::route::ObjectKind;
use super::values::Issue;
use crate::answers::{Answer, AnswerBody};
use crate::mix::scramble;

/// An error, of a whole request or of one row of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    message: String,
    category: Option<&'static str>,
    /// Further keys of the body.
    more: Map<String, Value>,
}

impl ApiError {
    fn new(status: u16, category: &'static str, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), category: Some(category), more: Map::new() }
    }

    fn with(mut self, key: &str, value: Value) -> Self {
        self.more.insert(key.to_owned(), value);
        self
    }

    /// A request that cannot be right.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "VALIDATION_ERROR", message)
    }

    /// A body that is not what the call takes.
    pub(crate) fn bad_json(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let message = format!("Invalid input JSON on line {line}, column {column}: {error}");
        Self { category: None, ..Self::invalid(message) }
    }

    /// Values that their properties do not take.
    pub(crate) fn values(issues: &[Issue], portal_id: u64) -> Self {
        let list: Vec<Value> = issues.iter().map(|issue| issue.listed(portal_id)).collect();
        let errors: Vec<Value> = issues.iter().map(Issue::error).collect();
        Self::invalid(format!("Property values were not valid: {}", Value::from(list))).with("errors", errors.into())
    }

    /// A value that another record has already, of a property that is unique. Without an id it is for a new record.
    pub(crate) fn taken(property: &str, value: &str, id: Option<u64>, holder: u64) -> Self {
        let target = id.map_or_else(|| "a new object".to_owned(), |id| id.to_string());
        let coordinates = format!("PropertyValueCoordinates{{propertyName={property}, value={value}}}");
        let message = format!("Cannot set {coordinates} on {target}. {holder} already has that value.");
        let errors = json!([{
            "message": message, "code": "CONFLICTING_UNIQUE_VALUE", "context": {"propertyName": [property]},
        }]);
        Self::invalid(message).with("errors", errors)
    }

    /// A new contact whose e-mail another one has.
    pub(crate) fn exists(holder: u64) -> Self {
        Self::new(409, "CONFLICT", format!("Contact already exists. Existing ID: {holder}"))
    }

    /// A record that is not there.
    pub(crate) fn no_object(id: &str) -> Self {
        Self::new(404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric.")
            .with("context", json!({"id": [id]}))
            .with("subCategory", "crm.object_not_found".into())
    }

    /// Rows of a batch whose records are not there. One error tells of all of them.
    pub(crate) fn no_objects(kind: ObjectKind) -> Self {
        let message = format!(
            "Could not get some {} objects, they may be deleted or not exist. Check that ids are valid.",
            kind.singular()
        );
        Self::new(404, "OBJECT_NOT_FOUND", message)
    }

    pub(crate) fn duplicate_ids(ids: &[String]) -> Self {
        let message = format!("Duplicate IDs found in batch input: [{}]. IDs must be unique", ids.join(", "));
        Self::invalid(message).with("context", json!({"ids": ids}))
    }

    pub(crate) fn unknown_path() -> Self {
        Self { category: None, ..Self::new(404, "", "resource not found") }
    }

    pub(crate) fn wrong_method() -> Self {
        Self { category: None, ..Self::new(405, "", "HTTP 405 Method Not Allowed") }
    }

    pub(crate) fn no_property(name: &str) -> Self {
        Self::new(404, "OBJECT_NOT_FOUND", format!("Property {name} does not exist"))
    }

    pub(crate) fn unauthenticated() -> Self {
        let message = "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find \
                       more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview";
        Self::new(401, "INVALID_AUTHENTICATION", message)
    }

    pub(crate) fn missing_scopes(needed: &[&str]) -> Self {
        let message = "This app hasn't been granted all required scopes to make this call. Read more about required \
                       scopes here: https://developers.hubspot.com/scopes.";
        let errors = json!([{
            "message": "One or more of the following scopes are required.",
            "context": {"requiredGranularScopes": needed},
        }]);
        Self::new(403, "MISSING_SCOPES", message)
            .with("errors", errors)
            .with("links", json!({"scopes": "https://developers.hubspot.com/scopes"}))
    }

    /// Too many requests. The body names the limit; nothing says how long to wait.
    pub(crate) fn limited(policy: Policy) -> Self {
        let message = format!("You have reached your {} limit.", policy.word());
        let error = Self::new(429, "RATE_LIMITS", message).with("errorType", "RATE_LIMIT".into());
        error.with("policyName", policy.name().into())
    }

    /// An error with a status of a fault's choice.
    pub(crate) fn with_status(status: u16, message: impl Into<String>) -> Self {
        let category = match status {
            401 => "INVALID_AUTHENTICATION",
            403 => "MISSING_SCOPES",
            404 => "OBJECT_NOT_FOUND",
            409 => "CONFLICT",
            429 => "RATE_LIMITS",
            400..500 => "VALIDATION_ERROR",
            _ => "INTERNAL_ERROR",
        };
        Self::new(status, category, message)
    }

    /// As one of the errors of a batch answer, with what identifies its rows.
    pub(crate) fn row(&self, context: &Map<String, Value>) -> Value {
        let mut row = self.body();
        for (key, value) in context {
            row["context"][key] = value.clone();
        }
        row
    }

    /// The answer; the number of the request makes its correlation id.
    pub(crate) fn answer(&self, number: u64) -> Answer {
        let mut body = self.body();
        let (left, right) = (scramble(number), scramble(!number));
        let (a, b, c) = (left >> 32, (left >> 16) & 0xffff, left & 0xffff);
        body["correlationId"] =
            format!("{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", right >> 48, right & 0xffff_ffff_ffff).into();
        Answer { status: self.status, body: AnswerBody::Json(body), retry_after: None }
    }

    fn body(&self) -> Value {
        let mut body = json!({"status": "error", "message": self.message});
        if let Some(category) = self.category {
            body["category"] = category.into();
        }
        for (key, value) in &self.more {
            body[key] = value.clone();
        }
        body
    }
}

impl Issue {
    fn listed(&self, portal_id: u64) -> Value {
        json!({
            "isValid": false, "message": self.message, "error": self.code, "name": self.property,
            "localizedErrorMessage": self.message, "portalId": portal_id,
        })
    }

    fn error(&self) -> Value {
        json!({"message": self.message, "code": self.code, "context": {"propertyName": [self.property]}})
    }
}
