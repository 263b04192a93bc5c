//! Services of 2.x as 3.0 embeds them: with `@id` and `@type` (Presentation 3.0, section 3.3, service).

use super::report::Place;
use super::{Object, Work, list};
use crate::iiif::presentation::as_2::service_context;
use serde_json::Value;

/// The list of services; `owner` is the id of the resource that they belong to.
pub(super) fn services(value: Value, owner: &str, at: &Place, work: &mut Work) -> Vec<Value> {
    let many = value.is_array();
    let mut made = Vec::new();
    for (index, service) in list(value).into_iter().enumerate() {
        let place = at.entry(many, index);
        match service {
            Value::Object(object) => made.push(Value::Object(service_of(object, owner, &place, work))),
            Value::String(id) => {
                work.report.note(&place, "the address of a service is now a service of the type Service");
                let mut object = Object::new();
                object.insert("@id".to_owned(), Value::String(id));
                made.push(Value::Object(service_of(object, owner, &place, work)));
            }
            Value::Null => {}
            other => work.report.note_with(&place, "what is not a service is left out", &other.to_string()),
        }
    }
    made
}

fn service_of(mut source: Object, owner: &str, at: &Place, work: &mut Work) -> Object {
    if source.contains_key("id") && source.contains_key("type") {
        return embedded_3(source);
    }
    let kind = source.get("@type").or_else(|| source.get("type")).and_then(Value::as_str).map_or_else(|| kind(&source), str::to_owned);
    let image = kind.starts_with("ImageService");
    let id = source.shift_remove("@id").or_else(|| source.shift_remove("id"));
    let id = id.as_ref().and_then(Value::as_str).map(|id| identifier(id, image, at, work));
    let id = id.unwrap_or_else(|| {
        work.report.note(at, "a service without an id has a new one");
        work.mint(owner, "service")
    });
    let (id_key, type_key) = if kind == "ImageService3" { ("id", "type") } else { ("@id", "@type") };
    let mut made = Object::new();
    made.insert(id_key.to_owned(), Value::String(id.clone()));
    made.insert(type_key.to_owned(), Value::String(kind));
    source.shift_remove("@type");
    source.shift_remove("type");
    for (key, value) in source {
        let place = at.key(&key);
        match key.as_str() {
            "@context" if image || made.get(type_key).is_some_and(|kind| told_by(kind, &value)) => {
                work.report.form(&place, "the context of a service is told by its type");
            }
            "profile" => profile(value, image, &mut made, &place, work),
            "service" => {
                made.insert(key.clone(), Value::Array(services(value, &id, &place, work)));
            }
            _ => {
                made.entry(key.clone()).or_insert(value);
            }
        }
    }
    made
}

/// A service as 3.0 has it, without what it needed in 2.1 besides: the context that its type tells, and the id under its older name.
fn embedded_3(mut source: Object) -> Object {
    let told = source.get("@context").zip(source.get("type")).is_some_and(|(context, kind)| told_by(kind, context));
    if told {
        source.shift_remove("@context");
    }
    if source.get("@id").is_some_and(|id| source.get("id") == Some(id)) {
        source.shift_remove("@id");
    }
    source
}

/// Whether the type tells the context.
fn told_by(kind: &Value, context: &Value) -> bool {
    kind.as_str().and_then(service_context).is_some_and(|known| context == known)
}

fn identifier(id: &str, image: bool, at: &Place, work: &mut Work) -> String {
    let bare = id.trim_end_matches('/');
    if image && bare != id {
        work.report.note_with(at, "the id of an image service stands without a slash at the end", id);
        return bare.to_owned();
    }
    id.to_owned()
}

/// The profile as one string. What a list adds to it is put beside it, under the names that Image API 3.0 has for the same.
fn profile(value: Value, image: bool, made: &mut Object, at: &Place, work: &mut Work) {
    let Value::Array(entries) = value else {
        made.insert("profile".to_owned(), value);
        return;
    };
    if !image && entries.len() != 1 {
        made.insert("profile".to_owned(), Value::Array(entries));
        return;
    }
    work.report.form(at, "the profile of a service is one text, what else was in its list stands beside it");
    for entry in entries {
        match entry {
            Value::Object(more) => more.into_iter().for_each(|(key, value)| extend(made, extra(&key), value)),
            entry if made.contains_key("profile") => extend(made, "extraFeatures", Value::Array(vec![entry])),
            entry => {
                made.insert("profile".to_owned(), entry);
            }
        }
    }
}

fn extra(key: &str) -> &str {
    match key {
        "formats" => "extraFormats",
        "qualities" => "extraQualities",
        "supports" => "extraFeatures",
        key => key,
    }
}

fn extend(made: &mut Object, key: &str, value: Value) {
    match (made.get_mut(key), value) {
        (Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
        (Some(_), _) => {}
        (None, value) => {
            made.insert(key.to_owned(), value);
        }
    }
}

/// Whether it is an image service as 3.0 embeds it.
pub(super) fn is_image(service: &Value) -> bool {
    let kind = service.get("@type").or_else(|| service.get("type"));
    kind.and_then(Value::as_str).is_some_and(|kind| kind.starts_with("ImageService"))
}

/// The type that 3.0 has for a service, by what its context, its profile and what it conforms to say.
fn kind(service: &Object) -> String {
    let said: Vec<&str> = ["profile", "@context", "dcterms:conformsTo", "conformsTo"]
        .iter()
        .filter_map(|key| service.get(*key))
        .filter_map(|value| value.as_str().or_else(|| value.get(0).and_then(Value::as_str)))
        .collect();
    said.iter().find_map(|uri| kind_of(uri)).unwrap_or("Service").to_owned()
}

fn kind_of(uri: &str) -> Option<&'static str> {
    let says = |part: &str| uri.contains(part);
    let last = uri.rsplit(['/', '#']).next().unwrap_or_default();
    Some(if says("iiif.io/api/image/3") {
        "ImageService3"
    } else if says("iiif.io/api/image/2") {
        "ImageService2"
    } else if says("iiif.io/api/image/1") || says("library.stanford.edu/iiif/image-api") {
        "ImageService1"
    } else if says("iiif.io/api/search/") {
        if last == "autocomplete" { "AutoCompleteService1" } else { "SearchService1" }
    } else if says("iiif.io/api/auth/0/") || says("iiif.io/api/auth/1/") {
        match last {
            "token" => "AuthTokenService1",
            "logout" => "AuthLogoutService1",
            _ => "AuthCookieService1",
        }
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn services_as_three_embeds_them() {
        let cases = [
            (
                json!({"@context": "http://iiif.io/api/image/2/context.json", "@id": "http://x/i",
                    "profile": "http://iiif.io/api/image/2/level1.json"}),
                json!({"@id": "http://x/i", "@type": "ImageService2", "profile": "http://iiif.io/api/image/2/level1.json"}),
            ),
            (
                json!({"@id": "http://x/i/",
                    "dcterms:conformsTo": "http://library.stanford.edu/iiif/image-api/1.1/conformance.html#level1"}),
                json!({"@id": "http://x/i", "@type": "ImageService1",
                    "dcterms:conformsTo": "http://library.stanford.edu/iiif/image-api/1.1/conformance.html#level1"}),
            ),
            (
                json!({"@id": "http://x/i", "profile": ["http://iiif.io/api/image/2/level2.json", {"formats": ["gif"],
                    "supports": ["mirroring"], "maxWidth": 9}, "http://x/f"]}),
                json!({"@id": "http://x/i", "@type": "ImageService2", "profile": "http://iiif.io/api/image/2/level2.json",
                    "extraFormats": ["gif"], "extraFeatures": ["mirroring", "http://x/f"], "maxWidth": 9}),
            ),
            (json!("http://x/s"), json!({"@id": "http://x/s", "@type": "Service"})),
            (
                json!({"@context": "http://iiif.io/api/search/0/context.json", "@id": "http://x/s",
                    "profile": "http://iiif.io/api/search/0/search",
                    "service": {"@id": "http://x/a", "profile": "http://iiif.io/api/search/0/autocomplete"}}),
                json!({"@id": "http://x/s", "@type": "SearchService1", "@context": "http://iiif.io/api/search/0/context.json",
                    "profile": "http://iiif.io/api/search/0/search",
                    "service": [{"@id": "http://x/a", "@type": "AutoCompleteService1",
                        "profile": "http://iiif.io/api/search/0/autocomplete"}]}),
            ),
            (
                json!({"@context": "http://iiif.io/api/annex/services/physdim/1/context.json",
                    "profile": "http://iiif.io/api/annex/services/physdim", "physicalScale": 0.1, "physicalUnits": "in"}),
                json!({"@id": "http://x/c/service", "@type": "Service",
                    "@context": "http://iiif.io/api/annex/services/physdim/1/context.json",
                    "profile": "http://iiif.io/api/annex/services/physdim", "physicalScale": 0.1, "physicalUnits": "in"}),
            ),
            (
                json!({"id": "http://x/3", "type": "ImageService3", "profile": "level2"}),
                json!({"id": "http://x/3", "type": "ImageService3", "profile": "level2"}),
            ),
        ];
        for (two, three) in cases {
            let made = services(two, "http://x/c", &Place::root(), &mut Work::default());
            assert_eq!(Value::Array(made), json!([three]));
        }
    }

    #[test]
    fn profiles_of_authentication() {
        let cases = [
            ("login", "AuthCookieService1"),
            ("clickthrough", "AuthCookieService1"),
            ("token", "AuthTokenService1"),
            ("logout", "AuthLogoutService1"),
        ];
        for (profile, kind) in cases {
            assert_eq!(kind_of(&format!("http://iiif.io/api/auth/1/{profile}")), Some(kind));
        }
    }
}
