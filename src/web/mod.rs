//! Pages for people: plain HTML, no scripts.

mod home;
mod html;
mod opened;
mod page;
mod picture;

use poem::IntoEndpoint;

/// The page at `/`.
pub fn home() -> impl IntoEndpoint<Endpoint = impl poem::Endpoint<Output = poem::Response> + 'static> {
    poem::get(home::home)
}
