//! Services (Presentation 3.0, section 3.3; Authorization Flow 2.0).

use super::classes::Class;
use super::finding::{CLOVER, MIRADOR, OPENSEADRAGON, Rule, TIFY, UV};
use super::ids::{self, Kind};
use super::report::Place;
use super::run::{Run, id_of, type_of};
use super::spelling::{quoted, shown};
use super::values;
use serde_json::{Map, Value};

const ID: Rule = Rule::error("p3-service-id", "Presentation 3.0, 3.3");
const TYPE: Rule = Rule::error("p3-service-type", "Presentation 3.0, 3.3");
const TYPE_SPELLING: Rule = Rule::warning("p3-service-type-spelling", "Presentation 3.0, 3.3");
const CONTEXT: Rule = Rule::note("p3-service-context", "Presentation 3.0, 3.3");
const OLD_KEYS: Rule = Rule::error("p3-service-keys", "Image API 3.0, 5.2");
const SLASH: Rule = Rule::warning("image-service-slash", "Image API 3.0, 5.2").hits(&[MIRADOR, UV, OPENSEADRAGON, CLOVER, TIFY]);
const INFO: Rule = Rule::error("image-service-info-json", "Image API 3.0, 5.2").hits(&[MIRADOR, UV, OPENSEADRAGON, CLOVER, TIFY]);
const REQUEST: Rule = Rule::error("image-service-request", "Image API 3.0, 5.2").hits(&[MIRADOR, UV, OPENSEADRAGON, CLOVER, TIFY]);
const PROFILE: Rule = Rule::warning("image-service-no-profile", "Universal Viewer 4").hits(&[UV]);
const PROFILE_WORD: Rule = Rule::error("image-service-profile", "Image API 3.0, 5.2");
const ACCESS: Rule = Rule::error("auth2-access", "Authorization Flow 2.0, 3");
const PROBE: Rule = Rule::error("auth2-probe", "Authorization Flow 2.0, 5");
const TOKEN: Rule = Rule::error("auth2-token", "Authorization Flow 2.0, 4");
const SECURE: Rule = Rule::error("auth2-https", "Authorization Flow 2.0, 2");
const AUTH_CONTEXT: Rule = Rule::warning("auth2-context", "Authorization Flow 2.0, 2");

pub(super) const IMAGE: [&str; 3] = ["ImageService1", "ImageService2", "ImageService3"];

const KNOWN: [&str; 16] = [
    "ImageService1",
    "ImageService2",
    "ImageService3",
    "SearchService1",
    "SearchService2",
    "AutoCompleteService1",
    "AutoCompleteService2",
    "AuthCookieService1",
    "AuthTokenService1",
    "AuthLogoutService1",
    "AuthExternalService1",
    "AuthProbeService1",
    "AuthProbeService2",
    "AuthAccessService2",
    "AuthAccessTokenService2",
    "AuthLogoutService2",
];

/// What a service belongs to.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Holder {
    Resource,
    Content,
    Service,
}

impl Holder {
    pub(super) fn of(class: Class) -> Self {
        if class == Class::Content { Self::Content } else { Self::Resource }
    }
}

/// Whether this describes an image service: by its type, or else by context, protocol or profile.
pub(super) fn is_image(service: &Map<String, Value>) -> bool {
    type_of(service).is_some_and(|name| IMAGE.contains(&name)) || image_kind(service).is_some()
}

/// The type of image service that context and profile speak of.
fn image_kind(service: &Map<String, Value>) -> Option<&'static str> {
    let texts = ["@context", "profile", "protocol"].into_iter().filter_map(|name| match service.get(name) {
        Some(Value::Array(list)) => list.first().and_then(Value::as_str),
        other => other.and_then(Value::as_str),
    });
    let text = texts.filter(|text| text.contains("iiif.io/api/image") || text.contains("image-api")).max_by_key(|text| text.len())?;
    Some(match text {
        _ if text.contains("image/3") => "ImageService3",
        _ if text.contains("image/1") || text.contains("1.1") => "ImageService1",
        _ => "ImageService2",
    })
}

/// Checks a list of services.
pub(super) fn list<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, holder: Holder) {
    if holder == Holder::Service && value.is_object() {
        return service(run, at, value, holder);
    }
    run.each(at, value, |run, at, entry| service(run, at, entry, holder));
}

fn service<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, holder: Holder) {
    let Some(object) = run.object(at, value) else { return };
    let class = type_of(object);
    let external = class == Some("AuthAccessService2") || holder == Holder::Service;
    match id_of(object) {
        Some(id) => ids::check(run, &at.key(if object.contains_key("id") { "id" } else { "@id" }), id, Kind::AnyUri, ID),
        None if external => {}
        None => run.add(at, ID, "this service has no id", "give its address"),
    }
    kind(run, at, object);
    if object.contains_key("@context") {
        let what = "a service should have no @context of its own in Presentation 3";
        run.add(&at.key("@context"), CONTEXT, what, "leave it out, type says what the service is; it does no harm");
    }
    if is_image(object) {
        image(run, at, object);
    } else if class.is_some_and(|name| name.starts_with("Auth") && name.ends_with('2')) {
        authorization(run, at, object, class.unwrap_or_default());
    }
    if let Some(inner) = object.get("service") {
        list(run, &at.key("service"), inner, Holder::Service);
    }
}

fn kind(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>) {
    let Some(name) = type_of(object) else {
        let cure = match image_kind(object) {
            Some(kind) => format!("write \"{}\": \"{kind}\"", if object.contains_key("@id") { "@type" } else { "type" }),
            None => "say what it is, such as ImageService3 or SearchService2".to_owned(),
        };
        return run.add(at, TYPE, "this service has no type", cure);
    };
    if let Some(meant) =
        super::spelling::near(name, KNOWN).filter(|meant| *meant != name && meant[..meant.len() - 1] != name[..name.len() - 1])
    {
        run.add(at, TYPE_SPELLING, format!("{} is not a known service", quoted(name)), format!("did you mean {meant}?"));
    }
    if name == "ImageService3" && (object.contains_key("@id") || object.contains_key("@type")) {
        run.add(at, OLD_KEYS, "an ImageService3 is written with id and type, not @id and @type", "write id and type");
    }
}

/// Checks an image service as it stands in a document.
pub(super) fn image(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>) {
    if let Some(id) = id_of(object) {
        base(run, &at.key(if object.contains_key("id") { "id" } else { "@id" }), id);
    }
    match object.get("profile") {
        None => run.add(
            at,
            PROFILE,
            "this image service has no profile; Universal Viewer stops with an error",
            "write its level: \"profile\": \"level2\"",
        ),
        Some(Value::String(text)) if type_of(object) == Some("ImageService3") => {
            let level = ["level0", "level1", "level2"].into_iter().find(|level| text.contains(level));
            if level != Some(text.as_str()) {
                let what = format!("the profile of an ImageService3 is one of level0, level1 and level2, not {}", quoted(text));
                run.add(&at.key("profile"), PROFILE_WORD, what, format!("write {}", level.unwrap_or("the level that the server supports")));
            }
        }
        Some(Value::String(_) | Value::Array(_)) => {}
        Some(other) => run.add(&at.key("profile"), PROFILE_WORD, format!("profile cannot be {}", shown(other)), "write its level"),
    }
    for name in ["width", "height"] {
        if let Some(value) = object.get(name) {
            values::pixels(run, &at.key(name), value);
        }
    }
}

/// Checks that the id of an image service is what region, size, rotation and quality are put after.
fn base(run: &mut Run<'_>, at: &Place<'_>, id: &str) {
    ids::loaded(run, at, id);
    if let Some(base) = id.strip_suffix("/info.json") {
        run.add(at, INFO, "the id of an image service is its base, without /info.json", format!("write {}", quoted(base)));
    } else if id.ends_with('/') {
        let what = "the id of an image service ends in a slash; viewers ask for …//full/…";
        run.add(at, SLASH, what, format!("write {}", quoted(id.trim_end_matches('/'))));
    } else if super::images::is_request(id) {
        run.add(at, REQUEST, format!("{} is one image, not an image service", quoted(id)), "take away region, size, rotation and quality");
    }
}

fn authorization(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>, class: &str) {
    let inner = |wanted: &str| {
        let list = object.get("service").and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_object).filter(|service| type_of(service) == Some(wanted)).count()
    };
    if object.get("id").and_then(Value::as_str).is_some_and(|id| id.starts_with("http://")) {
        run.add(&at.key("id"), SECURE, "authorization must go over https", "write an https address");
    }
    match class {
        "AuthProbeService2" => {
            if inner("AuthAccessService2") == 0 && object.contains_key("service") {
                run.add(at, PROBE, "this probe service has no access service", "put an AuthAccessService2 into its service");
            }
            if !run.contexts.iter().any(|context| context.starts_with("http://iiif.io/api/auth/2/")) {
                let cure =
                    "put it before that of Presentation, or keep the probe service for info.json only (Omeka S refuses lists of contexts)";
                run.add(at, AUTH_CONTEXT, "http://iiif.io/api/auth/2/context.json is not among the contexts at the top", cure);
            }
        }
        "AuthAccessService2" => access(run, at, object, inner("AuthAccessTokenService2")),
        _ => {}
    }
}

fn access(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>, tokens: usize) {
    let profile = object.get("profile").and_then(Value::as_str);
    if !matches!(profile, Some("active" | "kiosk" | "external")) {
        run.add(at, ACCESS, "the profile of an access service must be active, kiosk or external", "write one of them");
    }
    if profile != Some("external") && id_of(object).is_none() {
        run.add(at, ACCESS, "this access service has no id", "give the address that opens the login page");
    }
    if profile == Some("active") && !object.contains_key("label") {
        run.add(at, ACCESS, "an active access service must have a label", "give it one");
    }
    if tokens != 1 {
        run.add(
            at,
            TOKEN,
            format!("an access service has exactly one token service, this has {tokens}"),
            "put one AuthAccessTokenService2 into its service",
        );
    }
}
