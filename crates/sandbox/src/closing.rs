//! How an answer breaks on the wire: a connection closed without one, or in the middle of its body.
//!
//! Which request this happens to is a fault's business.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::{Frame, SizeHint};

/// Marks a response that must not be sent: the server closes the connection instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CloseConnection;

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
#[error("the connection was closed on purpose")]
pub(crate) struct Closed;

/// A body that announces its full length, sends half of it and ends.
pub(crate) struct CutBody {
    first_half: Option<Bytes>,
    announced: u64,
    flushed: bool,
}

impl CutBody {
    pub(crate) fn of(whole: &Bytes) -> Self {
        // At least one byte is announced and never sent, or a small body would arrive whole.
        Self {
            first_half: Some(whole.slice(..whole.len() / 2)),
            announced: (whole.len() as u64).max(1),
            flushed: false,
        }
    }
}

impl hyper::body::Body for CutBody {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        if let Some(bytes) = self.first_half.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if !self.flushed {
            // An error drops what is still buffered; one more turn lets the first half out.
            self.flushed = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Closed)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
