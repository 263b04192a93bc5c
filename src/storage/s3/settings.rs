//! How to reach a bucket.

use std::time::Duration;

use aws_sdk_s3::{
    Client, Config,
    config::{
        BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation, SharedHttpClient, retry::RetryConfig,
        timeout::TimeoutConfig,
    },
};
use aws_smithy_http_client::{Builder, tls};

use crate::storage::{StorageError, key};

/// Taken when no region is named; stores other than Amazon's rarely care.
const REGION: &str = "us-east-1";
/// Tries of one request, the first included.
const ATTEMPTS: u32 = 2;
const BACKOFF: Duration = Duration::from_millis(100);

/// A bucket, where it is and who may use it.
#[derive(Clone, Default)]
pub struct S3Settings {
    pub bucket: String,
    /// Keys are kept below this prefix; slashes at its ends do not matter. Empty for the whole bucket.
    pub prefix: String,
    /// `http://` or `https://` address of a store that is not Amazon's.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    pub access_key: Option<String>,
    pub secret_key: Option<String>,
    /// Belongs to temporary credentials.
    pub session_token: Option<String>,
    /// Puts the bucket into the path instead of the host name; most stores other than Amazon's need it.
    pub force_path_style: bool,
    pub timeouts: S3Timeouts,
}

/// How long to wait for a store.
#[derive(Clone, Copy, Debug)]
pub struct S3Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the first byte of an answer.
    pub read: Duration,
    /// For a whole request with its repetition; and again for the body of a read.
    pub operation: Duration,
    /// For the upload of one part of a file.
    pub upload: Duration,
}

impl Default for S3Timeouts {
    fn default() -> Self {
        let [connect, read, operation, upload] = [2, 10, 30, 300].map(Duration::from_secs);
        Self { connect, read, operation, upload }
    }
}

impl S3Settings {
    /// The prefix as the start of each key: empty, or ending with a slash.
    pub(super) fn folder(&self) -> Result<String, StorageError> {
        let prefix = self.prefix.trim_matches('/');
        if prefix.is_empty() {
            return Ok(String::new());
        }
        key::check(prefix).map_err(|e| invalid(&format!("the prefix is no key ({e})")))?;
        Ok(format!("{prefix}/"))
    }

    /// One client for reads and one for uploads, over the same connections.
    pub(super) fn clients(&self) -> Result<(Client, Client), StorageError> {
        if self.bucket.is_empty() || self.bucket.contains('/') {
            return Err(invalid("the bucket has no name"));
        }
        let S3Timeouts { connect, read, operation, upload } = self.timeouts;
        let reads = TimeoutConfig::builder().connect_timeout(connect).read_timeout(read).operation_timeout(operation).build();
        let uploads = TimeoutConfig::builder().connect_timeout(connect).read_timeout(upload).operation_attempt_timeout(upload).build();
        let config = self.config()?;
        let with = |timeouts| Client::from_conf(config.to_builder().timeout_config(timeouts).build());
        Ok((with(reads), with(uploads)))
    }

    fn config(&self) -> Result<Config, StorageError> {
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(self.http_client()?)
            .credentials_provider(self.credentials()?)
            .region(Region::new(filled(&self.region).unwrap_or(REGION).to_owned()))
            .force_path_style(self.force_path_style)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(BACKOFF))
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        config.set_endpoint_url(filled(&self.endpoint).map(str::to_owned));
        Ok(config.build())
    }

    fn credentials(&self) -> Result<Credentials, StorageError> {
        let (Some(access), Some(secret)) = (filled(&self.access_key), filled(&self.secret_key)) else {
            return Err(invalid(
                "an S3 store needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for temporary keys)",
            ));
        };
        Ok(Credentials::new(access, secret, filled(&self.session_token).map(str::to_owned), None, "settings"))
    }

    /// Plain HTTP works without any certificate on the machine.
    fn http_client(&self) -> Result<SharedHttpClient, StorageError> {
        match filled(&self.endpoint) {
            Some(url) if url.starts_with("http://") => Ok(Builder::new().build_http()),
            Some(url) if !url.starts_with("https://") => Err(invalid("the endpoint starts with neither http:// nor https://")),
            _ => Ok(Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)).build_https()),
        }
    }
}

/// Leaves the keys out.
impl std::fmt::Debug for S3Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Settings")
            .field("bucket", &self.bucket)
            .field("prefix", &self.prefix)
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

fn filled(setting: &Option<String>) -> Option<&str> {
    setting.as_deref().filter(|text| !text.is_empty())
}

fn invalid(why: &str) -> StorageError {
    StorageError::InvalidSettings(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> S3Settings {
        let filled = |text: &str| Some(text.to_owned());
        S3Settings {
            bucket: "masters".to_owned(),
            endpoint: filled("http://127.0.0.1:9"),
            access_key: filled("someone"),
            secret_key: filled("a-secret"),
            ..S3Settings::default()
        }
    }

    #[test]
    fn faults_are_named() {
        assert!(good().clients().is_ok());
        type Case = (&'static str, fn(&mut S3Settings));
        let cases: [Case; 5] = [
            ("AWS_ACCESS_KEY_ID", |s| s.access_key = None),
            ("AWS_SECRET_ACCESS_KEY", |s| s.secret_key = Some(String::new())),
            ("bucket", |s| s.bucket.clear()),
            ("bucket", |s| s.bucket.push_str("/below")),
            ("endpoint", |s| s.endpoint = Some("storage.example.org".to_owned())),
        ];
        for (expected, change) in cases {
            let mut settings = good();
            change(&mut settings);
            let error = settings.clients().expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn prefixes_become_folders() {
        let folder = |prefix: &str| S3Settings { prefix: prefix.to_owned(), ..good() }.folder();
        assert_eq!(folder(""), Ok(String::new()));
        assert_eq!(folder("/"), Ok(String::new()));
        assert_eq!(folder("/a/b/"), Ok("a/b/".to_owned()));
        assert!(folder("a/../b").is_err());
    }

    #[test]
    fn secrets_are_not_printed() {
        assert!(!format!("{:?}", good()).contains("a-secret"));
    }
}
