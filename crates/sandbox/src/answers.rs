//! The bodies the API answers with: success, list envelope, error.
//!
//! It does not add rate-limit headers (see `pipeline`) and does not decide what to answer.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// An answer before it becomes HTTP.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: AnswerBody,
    /// `Retry-After`, in seconds.
    pub(crate) retry_after: Option<u64>,
}

/// What an answer carries.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AnswerBody {
    Json(Value),
    Html(String),
    Empty,
}

impl Answer {
    pub(crate) fn json(body: Value) -> Self {
        Self { status: 200, body: AnswerBody::Json(body), retry_after: None }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, body: AnswerBody::Empty, retry_after: None }
    }

    /// `{"status":"success","data":…}` (documented).
    pub(crate) fn data(data: impl Into<Value>) -> Self {
        Self::json(json!({"status": "success", "data": data.into()}))
    }

    /// The list envelope (documented for calls, assumed for contacts). `count` is the total over all pages.
    pub(crate) fn list(rows: Vec<Value>, count: usize, page: usize, per_page: usize) -> Self {
        let mut body = json!({
            "status": "success",
            "count": count,
            "page": page,
            "per_page": per_page,
            "total_pages": count.div_ceil(per_page.max(1)),
        });
        body["data"] = Value::Array(rows);
        Self::json(body)
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        self.into_response_with(Body::from)
    }

    /// The answer as HTTP, its bytes turned into a body by `body`.
    pub(crate) fn into_response_with(self, body: impl FnOnce(Bytes) -> Body) -> Response<Body> {
        let (content_type, bytes) = match self.body {
            AnswerBody::Json(value) => (Some("application/json"), Bytes::from(value.to_string())),
            AnswerBody::Html(text) => (Some("text/html; charset=utf-8"), Bytes::from(text)),
            AnswerBody::Empty => (None, Bytes::new()),
        };
        let mut response = Response::new(body(bytes));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(content_type) = content_type {
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A refusal with the documented error body `{"status":"error","message":…,"error_code":…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) message: String,
    pub(crate) retry_after: Option<u64>,
}

impl ApiError {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), retry_after: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(422, message)
    }

    pub(crate) fn no_contact(id: u64) -> Self {
        Self::new(404, format!("Contact {id} not found"))
    }

    pub(crate) fn unknown_path() -> Self {
        Self::new(404, "The requested resource does not exist")
    }
}

impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        let mut body = json!({"status": "error", "message": error.message});
        if let Some(code) = error_code(error.status) {
            body["error_code"] = code.into();
        }
        Self { status: error.status, body: AnswerBody::Json(body), retry_after: error.retry_after }
    }
}

/// The `error_code` of a status. Only `RATE_LIMIT_EXCEEDED` is documented; the code is optional.
pub(crate) fn error_code(status: u16) -> Option<&'static str> {
    Some(match status {
        400 => "BAD_REQUEST",
        401 => "UNAUTHORIZED",
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        409 => "CONFLICT",
        413 => "PAYLOAD_TOO_LARGE",
        422 => "VALIDATION_ERROR",
        429 => "RATE_LIMIT_EXCEEDED",
        500 => "INTERNAL_ERROR",
        _ => return None,
    })
}
