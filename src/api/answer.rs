//! The few forms of REST answers, the same for every resource.

use poem_openapi::ApiResponse;
use poem_openapi::payload::Json;
use poem_openapi::types::{ParseFromJSON, ToJSON};

use super::etag::{IfNoneMatch, of_revision};
use super::schema::List;
use crate::catalog::Page;
use crate::iiif::uris::encode_segment;

/// A resource that was read.
#[derive(ApiResponse)]
pub enum Read<T: ParseFromJSON + ToJSON> {
    /// The resource.
    #[oai(status = 200)]
    Found(
        Json<T>,
        /// Its revision, for `If-Match`.
        #[oai(header = "ETag")]
        String,
    ),
    /// It is what `If-None-Match` names.
    #[oai(status = 304)]
    NotModified(
        /// Its revision.
        #[oai(header = "ETag")]
        String,
    ),
}

impl<T: ParseFromJSON + ToJSON> Read<T> {
    pub fn new(view: T, revision: i64, known: &IfNoneMatch) -> Self {
        let tag = of_revision(revision);
        if known.is_known(&tag) { Self::NotModified(tag) } else { Self::Found(Json(view), tag) }
    }
}

/// A resource that was created or changed.
#[derive(ApiResponse)]
pub enum Written<T: ParseFromJSON + ToJSON> {
    /// Changed: the resource as it is now.
    #[oai(status = 200)]
    Changed(
        Json<T>,
        /// Its revision, for `If-Match`.
        #[oai(header = "ETag")]
        String,
    ),
    /// Created: the resource as it is now.
    #[oai(status = 201)]
    Created(
        Json<T>,
        /// Its revision, for `If-Match`.
        #[oai(header = "ETag")]
        String,
        /// Where it is.
        #[oai(header = "Location")]
        String,
    ),
}

impl<T: ParseFromJSON + ToJSON> Written<T> {
    pub fn changed(view: T, revision: i64) -> Self {
        Self::Changed(Json(view), of_revision(revision))
    }

    pub fn created(view: T, revision: i64, location: String) -> Self {
        Self::Created(Json(view), of_revision(revision), location)
    }
}

/// A resource that was deleted.
#[derive(ApiResponse)]
pub enum Deleted {
    /// It is gone, and so is its identifier.
    #[oai(status = 204)]
    Done,
}

/// A part was taken out of a resource.
#[derive(ApiResponse)]
pub enum TakenOut {
    /// It is out.
    #[oai(status = 204)]
    Done(
        /// The revision of what it was part of, for `If-Match`.
        #[oai(header = "ETag")]
        String,
    ),
}

/// Something was done that changes no resource.
#[derive(ApiResponse)]
pub enum Done {
    /// It is done.
    #[oai(status = 204)]
    Done,
}

/// Something will be done that changes no resource.
#[derive(ApiResponse)]
pub enum Begun {
    /// It goes on in the background.
    #[oai(status = 202)]
    Begun,
}

/// Something that changes by itself was read, so that it has no revision.
#[derive(ApiResponse)]
pub enum Shown<T: ParseFromJSON + ToJSON> {
    /// As it is now.
    #[oai(status = 200)]
    Now(Json<T>),
}

/// Work that was taken on.
#[derive(ApiResponse)]
pub enum Accepted<T: ParseFromJSON + ToJSON> {
    /// It goes on in the background.
    #[oai(status = 202)]
    Accepted(
        Json<T>,
        /// Where it can be followed.
        #[oai(header = "Location")]
        String,
    ),
}

/// A page of a list.
#[derive(ApiResponse)]
pub enum Listed<T: ParseFromJSON + ToJSON> {
    /// A page of the list.
    #[oai(status = 200)]
    Page(
        Json<List<T>>,
        /// The next page, as `rel="next"`; missing on the last.
        #[oai(header = "Link")]
        Option<String>,
    ),
}

impl<T: ParseFromJSON + ToJSON> Listed<T> {
    /// `list` is the URL of the list; `query` what was asked beside the place, encoded as it goes into a URL.
    pub fn new<E>(page: Page<E>, view: impl Fn(E) -> T, total: Option<i64>, list: &str, query: &[(&str, String)]) -> Self {
        let next = page.next.map(|after| {
            let pairs = query.iter().map(|(name, value)| (*name, value.as_str())).chain([("after", after.as_str())]);
            let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encode_segment(value))).collect();
            format!("{list}?{}", pairs.join("&"))
        });
        let link = next.as_ref().map(|next| format!("<{next}>; rel=\"next\""));
        Self::Page(Json(List { items: page.entries.into_iter().map(view).collect(), total, next }), link)
    }
}
