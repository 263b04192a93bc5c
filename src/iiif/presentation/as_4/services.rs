//! Services: each with an id, a type and a `profile` that is one string; those in them a list.

use super::Object;
use super::values::listed;
use serde_json::Value;

/// What in a profile or a context tells the type of a service.
const TOLD: [(&str, &str); 11] = [
    ("/image/3/", "ImageService3"),
    ("/image/2/", "ImageService2"),
    ("/image-api/", "ImageService1"),
    ("/search/1/search", "SearchService1"),
    ("/search/1/autocomplete", "AutoCompleteService1"),
    ("/search/2/search", "SearchService2"),
    ("/auth/1/token", "AuthTokenService1"),
    ("/auth/1/logout", "AuthLogoutService1"),
    ("/auth/1/probe", "AuthProbeService1"),
    ("/auth/1/", "AuthCookieService1"),
    ("/auth/0/", "AuthCookieService0"),
];

/// The service; none if it is not an object.
pub(super) fn service(source: &Value) -> Option<Value> {
    let source = source.as_object()?;
    let mut object = source.clone();
    if let Some(profile) = listed(source, "profile").iter().find(|one| one.is_string()) {
        object.insert("profile".to_owned(), profile.clone());
    }
    let key = if source.contains_key("id") { "type" } else { "@type" };
    if !object.get(key).is_some_and(Value::is_string) {
        let type_ = source.get("type").or_else(|| source.get("@type")).filter(|type_| type_.is_string());
        object.insert(key.to_owned(), type_.cloned().unwrap_or_else(|| told(source).into()));
    }
    if source.contains_key("service") {
        object.insert("service".to_owned(), listed(source, "service").iter().filter_map(service).collect());
    }
    Some(object.into())
}

fn told(service: &Object) -> &'static str {
    let uris = || ["profile", "@context"].into_iter().flat_map(|key| listed(service, key)).filter_map(Value::as_str);
    let found = TOLD.iter().find(|(part, _)| uris().any(|uri| uri.contains(part)));
    found.map_or("Service", |(_, type_)| type_)
}
