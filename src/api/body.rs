//! JSON bodies: read whole, checked against the same schema that the OpenAPI document shows, all faults told at once.

use poem::{FromRequest, Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseFromJSON, ToJSON};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde_json::Value;

use super::problem::{Kind, Problem};
use super::validate::faults;
use crate::iiif::presentation::{Fault, scripts};

/// A JSON body of the type `T`.
pub struct Body<T>(pub T);

/// The same where members that are null count: they are part of a document of somebody else's making, whose texts are judged with it.
pub struct AsSent<T>(pub T);

/// A JSON Merge Patch (RFC 7396) of a `T`: what is not sent stays, `null` removes.
pub struct Patch<T> {
    patch: Value,
    of: std::marker::PhantomData<T>,
}

impl<T: ParseFromJSON> Body<T> {
    /// Checks `value`, which may be stored, and makes a `T` of it.
    ///
    /// # Errors
    /// Every fault, each with its pointer.
    fn parse(value: Value) -> Result<T, Problem> {
        let code = scripts(&value);
        Self::checked(value, code, without_nulls)
    }

    /// The same, with the faults that were found before, and the value changed by `clean` before it becomes a `T`.
    fn checked(value: Value, found: Vec<Fault>, clean: fn(Value) -> Value) -> Result<T, Problem> {
        let mut registry = Registry::new();
        T::register(&mut registry);
        let mut faults = faults(&registry, &T::schema_ref(), &value);
        faults.extend(found);
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        T::parse_from_json(Some(clean(value))).map_err(|error| Problem::new(Kind::Invalid, error.into_message()))
    }
}

impl<T: ParseFromJSON + ToJSON> Patch<T> {
    /// What `current` becomes with the patch applied.
    pub fn apply(self, current: &T) -> Result<T, Problem> {
        let mut value = current.to_json().unwrap_or(Value::Null);
        merge(&mut value, self.patch);
        Body::parse(value)
    }
}

/// The same value without members that are null: they say nothing, as the check knows.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            members.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, without_nulls(value))).collect()
        }
        Value::Array(entries) => entries.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// Merges as RFC 7396 says.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else { return };
    for (name, value) in patch {
        match value {
            Value::Null => drop(target.shift_remove(&name)),
            value => merge(target.entry(name).or_insert(Value::Null), value),
        }
    }
}

/// Reads the body as JSON, if its content type is one of `types`.
async fn read(request: &Request, body: &mut RequestBody, types: &[&str]) -> Result<Value, Problem> {
    let sent = request.content_type().unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    if !types.iter().any(|known| known.eq_ignore_ascii_case(essence)) {
        let detail = format!("send Content-Type: {}, not {:?}", types.join(" or "), sent);
        return Err(Problem::new(Kind::MediaType, detail));
    }
    let bytes = match <Vec<u8> as FromRequest>::from_request(request, body).await {
        Ok(bytes) => bytes,
        Err(error) => return Err(Problem::of_status(error.status(), error.to_string())),
    };
    serde_json::from_slice(&bytes).map_err(|error| Problem::new(Kind::BadRequest, format!("the body is not JSON: {error}")))
}

fn meta(content_type: &'static str, schema: MetaSchemaRef) -> MetaRequest {
    MetaRequest { description: None, content: vec![MetaMediaType { content_type, schema }], required: true }
}

impl<'a, T: ParseFromJSON> ApiExtractor<'a> for Body<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(meta("application/json", T::schema_ref()))
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let value = read(request, body, &["application/json"]).await?;
        Ok(Self(Self::parse(value)?))
    }
}

impl<'a, T: ParseFromJSON> ApiExtractor<'a> for AsSent<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Body::<T>::request_meta()
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let value = read(request, body, &["application/json"]).await?;
        Ok(Self(Body::checked(value, Vec::new(), |value| value)?))
    }
}

impl<'a, T: ParseFromJSON> ApiExtractor<'a> for Patch<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let mut registry = Registry::new();
        T::register(&mut registry);
        let whole = match T::schema_ref() {
            MetaSchemaRef::Reference(name) => registry.schemas.remove(&name).unwrap_or(MetaSchema::ANY),
            MetaSchemaRef::Inline(schema) => *schema,
        };
        let partial = MetaSchema { required: Vec::new(), example: None, ..whole };
        Some(meta("application/merge-patch+json", MetaSchemaRef::Inline(Box::new(partial))))
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let patch = read(request, body, &["application/merge-patch+json", "application/json"]).await?;
        Ok(Self { patch, of: std::marker::PhantomData })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn merging_follows_the_examples_of_the_rfc() {
        let cases = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"a": "foo"}), json!("bar"), json!("bar")),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (mut target, patch, expected) in cases {
            merge(&mut target, patch);
            assert_eq!(target, expected);
        }
    }
}
