//! The way through the pages of one list, which ends (AGS 2.0 §3.2.4, NRPS 2.0 §2.4.1; quirk 70).

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use http::Response;
use serde::de::DeserializeOwned;

use crate::call::{follow, success};
use crate::document::{self, Listed};
use crate::{Link, PagingError, ServiceError, ServiceUrl};

/// A page of a list, and what was read before it. Every call for a page holds one, so that there is no way to read a
/// list without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Walk {
    url: ServiceUrl,
    /// The pages up to this one, by digest: two that fall together end a list that would be endless otherwise.
    pages: Vec<u64>,
    /// How much was on the pages before.
    items: usize,
}

impl Walk {
    /// The first page.
    pub(crate) fn from(url: ServiceUrl) -> Self {
        Self { pages: vec![digest(&url)], items: 0, url }
    }

    /// The page.
    pub(crate) fn url(&self) -> &ServiceUrl {
        &self.url
    }

    /// The same page, with another parameter.
    pub(crate) fn with_parameter(mut self, name: &str, value: &str) -> Self {
        self.url = self.url.with_parameter(name, value);
        self.pages.pop();
        self.pages.push(digest(&self.url));
        self
    }

    /// What an answer lists, and the next page.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        response: Response<Vec<u8>>,
    ) -> Result<(Vec<T>, Option<Self>), ServiceError> {
        let (headers, body) = success(response)?;
        let Listed(items) = document::read(&body).map_err(ServiceError::Document)?;
        let links = Link::read(&headers).map_err(ServiceError::Next)?;
        let next = self.next(&links, items.len())?;
        Ok((items, next))
    }

    /// The next page, if the links of this one, which holds so many items, name one.
    pub(crate) fn next(&self, links: &[Link], items: usize) -> Result<Option<Self>, ServiceError> {
        let items = self.items.saturating_add(items);
        if items > PagingError::MAX_ITEMS {
            return Err(ServiceError::Next(PagingError::TooManyItems));
        }
        let Some(target) = Link::find(links, "next").filter(|target| !target.is_empty()) else {
            return Ok(None);
        };
        let url = follow(&self.url, target).map_err(ServiceError::Next)?;
        let digest = digest(&url);
        if self.pages.contains(&digest) {
            return Err(ServiceError::Next(PagingError::Loop));
        }
        if self.pages.len() >= PagingError::MAX_PAGES {
            return Err(ServiceError::Next(PagingError::TooManyPages));
        }
        let mut pages = self.pages.clone();
        pages.push(digest);
        Ok(Some(Self { url, pages, items }))
    }
}

fn digest(url: &ServiceUrl) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.as_str().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(walk: &Walk, target: &str, items: usize) -> Result<Option<Walk>, PagingError> {
        match walk.next(&[Link::new(target, "next")], items) {
            Err(ServiceError::Next(error)) => Err(error),
            other => Ok(other.unwrap()),
        }
    }

    fn start() -> Walk {
        Walk::from(ServiceUrl::parse(&"https://lms.example/m?p=0".into()).unwrap())
    }

    #[test]
    fn quirk_70_a_list_that_goes_round_ends() {
        let first = start();
        assert_eq!(next(&first, "?p=0", 1), Err(PagingError::Loop));
        let second = next(&first, "?p=1", 1).unwrap().unwrap();
        let third = next(&second, "?p=2", 1).unwrap().unwrap();
        for before in ["?p=0", "/m?p=1", "https://lms.example/m?p=2"] {
            assert_eq!(next(&third, before, 1), Err(PagingError::Loop), "{before}");
        }
        assert_eq!(next(&third, "", 1), Ok(None));
        let changed = third.with_parameter("limit", "5");
        for before in ["?p=0", "?p=1", "?p=2&limit=5"] {
            assert_eq!(next(&changed, before, 1), Err(PagingError::Loop), "{before}");
        }
    }

    #[test]
    fn a_list_without_end_ends() {
        let mut walk = start();
        for page in 1..PagingError::MAX_PAGES {
            walk = next(&walk, &format!("?p={page}"), 1).unwrap().unwrap();
        }
        assert_eq!(next(&walk, "?p=last", 1), Err(PagingError::TooManyPages));
        let half = PagingError::MAX_ITEMS / 2;
        let walk = next(&start(), "?p=1", half).unwrap().unwrap();
        assert_eq!(walk.next(&[], half), Ok(None));
        assert_eq!(walk.next(&[], half + 1), Err(ServiceError::Next(PagingError::TooManyItems)));
    }
}
