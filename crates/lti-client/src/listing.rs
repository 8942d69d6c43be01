//! Lists that come in pages: all of them, or an error (AGS 2.0 §3.2.4, NRPS 2.0 §2.4.1).

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::BoxStream;
use futures_util::stream::{StreamExt as _, try_unfold};
use lti_services::{Call, Page};

use crate::CallError;
use crate::session::Session;

/// The answers to a call and to those for its next pages. The calls know where they came from: no page is read twice,
/// none is on another origin, and a list whose end cannot be reached ends in an error.
pub(crate) fn pages<C>(
    session: Session,
    first: C,
    next: fn(&mut C::Response) -> Option<C>,
) -> BoxStream<'static, Result<C::Response, CallError>>
where
    C: Call + Send + Sync + 'static,
    C::Response: Send,
{
    try_unfold((session, Some(first)), move |(session, call)| async move {
        let Some(call) = call else { return Ok(None) };
        let mut response = session.call(&call).await?;
        let following = next(&mut response);
        Ok(Some((response, (session, following))))
    })
    .boxed()
}

/// The elements of a list, page after page: a page is asked for when the one before is used up, and one is held at a
/// time. After an error nothing more comes; what came before it is not the whole list.
///
/// Dropping it before its end is the way to read only a part.
pub struct Items<T> {
    pages: BoxStream<'static, Result<Vec<T>, CallError>>,
    page: std::vec::IntoIter<T>,
    pages_read: usize,
    over: bool,
}

impl<T: Send + 'static> Items<T> {
    pub(crate) fn of<C>(session: Session, first: C) -> Self
    where
        C: Call<Response = Page<C, T>> + Send + Sync + 'static,
    {
        let pages = pages(session, first, |page: &mut Page<C, T>| page.next.take());
        Self::new(pages.map(|page| page.map(|page| page.items)).boxed())
    }

    pub(crate) fn new(pages: BoxStream<'static, Result<Vec<T>, CallError>>) -> Self {
        Self { pages, page: Vec::new().into_iter(), pages_read: 0, over: false }
    }

    /// How many pages were read so far.
    #[must_use]
    pub fn pages_read(&self) -> usize {
        self.pages_read
    }
}

impl<T> Unpin for Items<T> {}

impl<T> Stream for Items<T> {
    type Item = Result<T, CallError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            if self.over {
                return Poll::Ready(None);
            }
            match ready!(self.pages.as_mut().poll_next(context)) {
                Some(Ok(page)) => {
                    self.pages_read += 1;
                    self.page = page.into_iter();
                }
                Some(Err(error)) => {
                    self.over = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => self.over = true,
            }
        }
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("pages_read", &self.pages_read)
            .field("over", &self.over)
            .finish_non_exhaustive()
    }
}
