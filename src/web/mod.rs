//! Pages for people: plain HTML, no scripts.

mod home;
mod html;

use poem::Route;

/// The routes of the pages.
pub fn routes() -> Route {
    Route::new().at("/", poem::get(home::home))
}
