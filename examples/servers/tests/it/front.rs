//! What stands before a platform, as seen from outside, and lets some of its addresses hang.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};

/// A proxy to a platform.
#[derive(Clone)]
pub struct Front {
    pub url: String,
    there: String,
    hung: Arc<Mutex<Vec<&'static str>>>,
    client: reqwest::Client,
}

impl Front {
    pub async fn of(there: String) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let front = Self { url, there, hung: Arc::default(), client };
        let app = Router::new().fallback(forward).with_state(front.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        front
    }

    /// What is behind it.
    pub fn there(&self) -> &str {
        &self.there
    }

    /// From now on, requests whose path holds one of these are answered only after they are let go.
    pub fn hang(&self, paths: &[&'static str]) {
        *self.hung.lock().unwrap() = paths.to_vec();
    }

    pub fn let_go(&self) {
        self.hang(&[]);
    }

    fn hangs(&self, path: &str) -> bool {
        self.hung.lock().unwrap().iter().any(|hung| path.contains(hung))
    }
}

async fn forward(State(front): State<Front>, request: Request) -> Response {
    while front.hangs(request.uri().path()) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (mut parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1024 * 1024).await.unwrap();
    parts.headers.remove("host");
    let url = format!("{}{}", front.there, parts.uri);
    let answer =
        front.client.request(parts.method, url).headers(parts.headers).body(body).send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut response = (status, answer.bytes().await.unwrap()).into_response();
    *response.headers_mut() = headers;
    response.headers_mut().remove("transfer-encoding");
    response
}
