//! A browser without a screen: it keeps cookies by host and path, sends what browsers send, and follows nothing by itself.

use std::collections::BTreeMap;

use reqwest::header::{
    ACCEPT, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE,
};
use reqwest::{Method, Url};
use serde_json::Value;

pub const HTML: &str = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
pub const JSON: &str = "application/json";

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn location(&self) -> Url {
        assert!(self.status / 100 == 3, "no redirect: {} {}", self.status, self.body);
        Url::parse(self.header(LOCATION.as_str())).unwrap()
    }

    /// The code of a refusal: JSON, of the contract's three members.
    pub fn code(&self) -> String {
        let json = self.json();
        for member in ["error", "message", "spec"] {
            assert!(json[member].is_string(), "{member} of {}", self.body);
        }
        json["error"].as_str().unwrap().to_owned()
    }

    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// The address and fields of the page's only form.
    pub fn form(&self) -> (String, Vec<(String, String)>) {
        let page = scraper::Html::parse_document(&self.body);
        let form = scraper::Selector::parse("form").unwrap();
        let input = scraper::Selector::parse("input").unwrap();
        let form = page.select(&form).next().unwrap_or_else(|| panic!("no form: {}", self.body));
        let fields = form.select(&input).map(|field| {
            let attr = |name| field.value().attr(name).unwrap_or_default().to_owned();
            (attr("name"), attr("value"))
        });
        (form.value().attr("action").unwrap().to_owned(), fields.collect())
    }
}

#[derive(Debug, Clone)]
pub struct Browser {
    client: reqwest::Client,
    /// By host, path and name.
    cookies: BTreeMap<(String, String, String), String>,
}

impl Browser {
    pub fn new() -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        Self { client: client.build().unwrap(), cookies: BTreeMap::new() }
    }

    pub async fn send(&mut self, method: &str, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let url = Url::parse(url).unwrap();
        let mut request = self.client.request(Method::from_bytes(method.as_bytes()).unwrap(), url.clone());
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            request = request.header(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let host = url.host_str().unwrap();
        let mine = |((of, path, _), _): &(&(String, String, String), &String)| {
            of == host && (path == "/" || url.path() == path || url.path().starts_with(&format!("{path}/")))
        };
        let cookies: Vec<_> =
            self.cookies.iter().filter(mine).map(|((_, _, name), value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let response = request.body(body).send().await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            self.keep(host, cookie.to_str().unwrap());
        }
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    fn keep(&mut self, host: &str, cookie: &str) {
        let mut parts = cookie.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let path = parts.find_map(|part| part.strip_prefix("Path=")).unwrap_or("/");
        let key = (host.to_owned(), path.to_owned(), name.to_owned());
        if cookie.contains("Max-Age=0") {
            self.cookies.remove(&key);
        } else {
            self.cookies.insert(key, value.to_owned());
        }
    }

    pub async fn get(&mut self, url: &str, accept: &str) -> Answer {
        self.send("GET", url, &[(ACCEPT.as_str(), accept)], Vec::new()).await
    }

    pub async fn post(&mut self, url: &str, fields: &[(String, String)], accept: &str) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let kind = "application/x-www-form-urlencoded";
        self.send("POST", url, &[(ACCEPT.as_str(), accept), (CONTENT_TYPE.as_str(), kind)], body.into()).await
    }

    /// Sends JSON with an access token.
    pub async fn call(&mut self, method: &str, url: &str, token: &str, body: Option<Value>) -> Answer {
        let bearer = format!("Bearer {token}");
        let mut headers = vec![(ACCEPT.as_str(), JSON), ("authorization", bearer.as_str())];
        if body.is_some() {
            headers.push((CONTENT_TYPE.as_str(), JSON));
        }
        self.send(method, url, &headers, body.map_or(Vec::new(), |body| body.to_string().into())).await
    }
}
