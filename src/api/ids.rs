//! Identifiers and numbers as they come in a URL.

use super::problem::{Kind, Problem};
use crate::iiif::ids::{ImageId, ResourceId};

/// Entries on a page of a list if nothing is said.
const LIMIT: usize = 100;
/// Most entries on a page of a list.
const MOST: usize = 500;

/// The identifier of an item or canvas to be created.
pub fn resource(id: &str) -> Result<&str, Problem> {
    ResourceId::parse(id).map(|_| id).map_err(|error| Problem::new(Kind::BadRequest, format!("the identifier cannot be used: {error}")))
}

/// The identifier of an image to be created.
pub fn image(id: &str) -> Result<&str, Problem> {
    ImageId::parse(id).map(|_| id).map_err(|error| Problem::new(Kind::BadRequest, format!("the identifier cannot be used: {error}")))
}

/// What a file is called: a name without folders.
pub fn file_name(name: String) -> Result<String, Problem> {
    let fits = (1..=255).contains(&name.len()) && !name.contains(['/', '\\']) && !name.contains(char::is_control);
    if fits { Ok(name) } else { Err(Problem::new(Kind::BadRequest, "fileName is a name of 1 to 255 bytes, without folders")) }
}

/// How many entries a page has.
pub fn limit(asked: Option<u32>) -> Result<usize, Problem> {
    match asked.map_or(LIMIT, |asked| asked as usize) {
        limit @ 1..=MOST => Ok(limit),
        _ => Err(Problem::new(Kind::BadRequest, format!("limit goes from 1 to {MOST}"))),
    }
}
