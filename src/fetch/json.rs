//! JSON on its way to a service that an operator names, under the same rules as documents on their way in.

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::Full;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::target::Target;
use super::{AGENT, Answered, FetchError, Fetcher, body, connect, exchange};

impl Fetcher {
    /// Sends a request, with JSON if there is any. Nothing is sent twice, nor to any place but `url`: it may hold a secret, which no
    /// error and no log repeats.
    ///
    /// # Errors
    /// Every way in which there is no answer, or one that leads elsewhere.
    pub async fn send_json(&self, method: Method, url: &str, json: Option<&Value>) -> Result<Answered, FetchError> {
        timeout(self.settings.timeout, self.exchange_json(method, url, json)).await.map_err(|_| FetchError::TimedOut)?
    }

    async fn exchange_json(&self, method: Method, url: &str, json: Option<&Value>) -> Result<Answered, FetchError> {
        let target = Target::parse(url)?;
        let request = request(method, &target, json)?;
        let stream = connect::connect(&target, &self.settings.networks, &self.encryption).await?;
        // Dropped at the end of this function, which closes the connection.
        let mut connection = JoinSet::new();
        let response = exchange(stream, request, &mut connection).await.map_err(|error| {
            tracing::debug!("no answer from {}: {error}", target.authority());
            FetchError::Broken
        })?;
        let status = response.status();
        if status.is_redirection() {
            return Err(FetchError::Redirect("elsewhere, and what is sent goes only to the address that was given"));
        }
        let (head, incoming) = response.into_parts();
        Ok(Answered { status: status.as_u16(), body: body::read(&head.headers, incoming, self.settings.max_bytes).await? })
    }
}

fn request(method: Method, target: &Target, json: Option<&Value>) -> Result<Request<Full<Bytes>>, FetchError> {
    let mut request = Request::builder()
        .method(method)
        .uri(target.origin_form()?)
        .header(header::HOST, target.authority())
        .header(header::USER_AGENT, AGENT)
        .header(header::ACCEPT, "application/json")
        .header(header::ACCEPT_ENCODING, "gzip")
        .header(header::CONNECTION, "close");
    if json.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let bytes = json.map(|value| Bytes::from(value.to_string())).unwrap_or_default();
    request.body(Full::new(bytes)).map_err(|_| FetchError::Url("has characters that no request can carry"))
}
