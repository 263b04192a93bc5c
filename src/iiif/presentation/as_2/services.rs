//! Services: the version 2 image service where there is one, the rest as they are, each with the context that 2.1 wants.

use super::Down;
use super::json::{Object, id_of, many, one_or_list, text, type_of};
use super::losses::{At, LossKind};
use crate::iiif::presentation::emit::put;
use serde_json::Value;

/// Types of services with the context that embeds them in 2.1.
const CONTEXTS: [(&str, &str); 9] = [
    ("ImageService1", "http://library.stanford.edu/iiif/image-api/1.1/context.json"),
    ("ImageService2", "http://iiif.io/api/image/2/context.json"),
    ("ImageService3", "http://iiif.io/api/image/3/context.json"),
    ("SearchService1", "http://iiif.io/api/search/1/context.json"),
    ("AutoCompleteService1", "http://iiif.io/api/search/1/context.json"),
    ("SearchService2", "http://iiif.io/api/search/2/context.json"),
    ("AuthCookieService1", "http://iiif.io/api/auth/1/context.json"),
    ("AuthTokenService1", "http://iiif.io/api/auth/1/context.json"),
    ("AuthLogoutService1", "http://iiif.io/api/auth/1/context.json"),
];

/// The context that embeds a service of the type in 2.1.
pub(in crate::iiif::presentation) fn service_context(type_: &str) -> Option<&'static str> {
    CONTEXTS.iter().find(|(name, _)| *name == type_).map(|(_, context)| *context)
}

impl Down<'_> {
    /// The services of a content resource: its image service, version 2 if it has that, and those that are not image services.
    pub(super) fn image_services(&mut self, services: &[Value], at: &At) -> Value {
        let objects = || services.iter().filter_map(Value::as_object);
        let image = objects().find(|one| image_version(one) == Some(2)).or_else(|| objects().find(|one| image_version(one).is_some()));
        if let Some(version) = image.and_then(image_version).filter(|version| *version != 2) {
            self.losses.add(
                LossKind::ImageService,
                at,
                format_args!("the image service has version {version} only; clients of 2.1 expect 2"),
            );
        }
        let others = objects().filter(|one| image_version(one).is_none());
        let found = image.into_iter().chain(others).map(service);
        let found = found.collect();
        self.count_objects(services, at);
        one_or_list(found)
    }

    /// `service`, and what `services` has beside it.
    pub(super) fn resource_services(&mut self, source: &Object, at: &At) -> Value {
        let (own, shared) = (many(source, "service"), many(source, "services"));
        self.count_objects(own, at);
        self.count_objects(shared, at);
        let whole = |id: Option<&str>| id.is_some() && shared.iter().filter_map(Value::as_object).any(|one| id_of(one) == id);
        let own = own.iter().filter_map(Value::as_object).filter(|one| !whole(id_of(one)));
        one_or_list(own.chain(shared.iter().filter_map(Value::as_object)).map(service).collect())
    }

    fn count_objects(&mut self, services: &[Value], at: &At) {
        if services.iter().any(|one| !one.is_object()) {
            self.losses.add(LossKind::Malformed, &at.key("service"), "a service that is not an object is left out");
        }
    }
}

/// A service as 2.1 embeds it: with its context; an image service of versions 1 and 2 without a type.
fn service(source: &Object) -> Value {
    let version = image_version(source);
    let type_ = version.map_or_else(|| type_of(source).to_owned(), |version| format!("ImageService{version}"));
    let context = service_context(&type_).map(Value::from);
    let mut object = Object::new();
    put(&mut object, "@context", context.or_else(|| source.get("@context").cloned()).unwrap_or_default());
    if !source.contains_key("@id") {
        put(&mut object, "@id", id_of(source).unwrap_or_default());
    }
    let older = matches!(version, Some(1 | 2));
    for (key, value) in source.iter().filter(|(key, _)| *key != "@context" && !(older && matches!(key.as_str(), "@type" | "type" | "id"))) {
        put(&mut object, key, value.clone());
    }
    object.into()
}

/// The version of an image service, told by its type, its context or its profile.
pub(super) fn image_version(service: &Object) -> Option<u8> {
    let named = type_of(service).strip_prefix("ImageService").and_then(|version| version.parse().ok());
    let profile = || many(service, "profile").first().and_then(Value::as_str);
    let told = |uri: &str| {
        [("/image/2/", 2), ("/image/3/", 3), ("/image-api/", 1)].iter().find(|(part, _)| uri.contains(part)).map(|(_, version)| *version)
    };
    named.or_else(|| text(service, "@context").and_then(told)).or_else(|| profile().and_then(told))
}

/// The same request of the version 2 service, where the words of the two agree; otherwise the request as it is.
pub(super) fn request_2(id: &str, services: &[Value]) -> String {
    let base = |version| {
        let objects = services.iter().filter_map(Value::as_object);
        objects.filter(|one| image_version(one) == Some(version)).find_map(id_of)
    };
    let (Some(base_3), Some(base_2)) = (base(3), base(2)) else { return id.to_owned() };
    match id.strip_prefix(base_3).filter(|rest| rest.starts_with('/') && !rest.contains('^')) {
        Some(rest) => format!("{base_2}{}", rest.replacen("/max/", "/full/", 1)),
        None => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::down;
    use super::*;
    use crate::iiif::presentation::samples;
    use serde_json::json;

    #[test]
    fn requests_of_version_2() {
        let services = samples::services();
        let services = services.as_array().expect("a list");
        let cases = [
            ("https://h.org/iiif/3/x/full/max/0/default.jpg", "https://h.org/iiif/2/x/full/full/0/default.jpg"),
            ("https://h.org/iiif/3/x/full/533,800/0/default.jpg", "https://h.org/iiif/2/x/full/533,800/0/default.jpg"),
            ("https://h.org/iiif/3/x/full/^max/0/default.jpg", "https://h.org/iiif/3/x/full/^max/0/default.jpg"),
            ("https://h.org/iiif/3/xy/full/max/0/default.jpg", "https://h.org/iiif/3/xy/full/max/0/default.jpg"),
        ];
        for (three, two) in cases {
            assert_eq!(request_2(three, services), two);
        }
        assert_eq!(request_2(cases[0].0, &[]), cases[0].0);
    }

    #[test]
    fn the_image_service_that_stands() {
        let three = json!({"id": "https://x.org/3", "type": "ImageService3", "profile": "level1"});
        let one = json!({"@id": "https://x.org/1", "@type": "ImageService1", "profile": "http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level1"});
        let untyped = json!({"@id": "https://x.org/2", "profile": "http://iiif.io/api/image/2/level1.json"});
        let probe = json!({"id": "https://x.org/probe", "type": "AuthProbeService2"});
        let made_three = json!({
            "@context": "http://iiif.io/api/image/3/context.json", "@id": "https://x.org/3", "id": "https://x.org/3", "type": "ImageService3",
            "profile": "level1"
        });
        let cases = [
            (json!([three]), made_three.clone(), 1),
            (
                json!([three, untyped]),
                json!({"@context": "http://iiif.io/api/image/2/context.json", "@id": "https://x.org/2", "profile": "http://iiif.io/api/image/2/level1.json"}),
                0,
            ),
            (
                json!([one]),
                json!({
                    "@context": "http://library.stanford.edu/iiif/image-api/1.1/context.json", "@id": "https://x.org/1",
                    "profile": "http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level1"
                }),
                1,
            ),
            (
                json!([three, probe]),
                json!([made_three, {"@id": "https://x.org/probe", "id": "https://x.org/probe", "type": "AuthProbeService2"}]),
                1,
            ),
            (json!([]), json!(null), 0),
            (json!(["x"]), json!(null), 1),
        ];
        for (services, expected, losses) in cases {
            let uris = samples::uris();
            let mut down = down(&uris);
            assert_eq!(down.image_services(services.as_array().expect("a list"), &At::ROOT), expected, "{services}");
            assert_eq!(down.losses.into_list().len(), losses, "{services}");
        }
    }

    #[test]
    fn services_of_a_resource_are_whole() {
        let source = json!({
            "service": [{"@id": "https://x.org/s", "@type": "SearchService1", "profile": "http://iiif.io/api/search/1/search"}, {"@id": "https://x.org/login", "@type": "AuthCookieService1"}],
            "services": [{"@id": "https://x.org/login", "@type": "AuthCookieService1", "label": "Log in"}]
        });
        let uris = samples::uris();
        let made = down(&uris).resource_services(source.as_object().expect("an object"), &At::ROOT);
        let expected = json!([
            {"@context": "http://iiif.io/api/search/1/context.json", "@id": "https://x.org/s", "@type": "SearchService1", "profile": "http://iiif.io/api/search/1/search"},
            {"@context": "http://iiif.io/api/auth/1/context.json", "@id": "https://x.org/login", "@type": "AuthCookieService1", "label": "Log in"}
        ]);
        assert_eq!(made, expected);
    }
}
