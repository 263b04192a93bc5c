//! Checks JSON against the schemas of the OpenAPI document.

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use serde_json::Value;

use crate::iiif::presentation::Fault;

/// Most faults told of one body.
const MOST: usize = 100;

/// Everything that keeps `value` from being what `schema` describes. Objects have no properties but those of their schema.
pub fn faults(registry: &Registry, schema: &MetaSchemaRef, value: &Value) -> Vec<Fault> {
    let mut check = Check { registry, faults: Vec::new() };
    check.value(schema, value, "");
    check.faults
}

struct Check<'a> {
    registry: &'a Registry,
    faults: Vec<Fault>,
}

impl<'a> Check<'a> {
    fn fault(&mut self, pointer: &str, detail: String) {
        if self.faults.len() < MOST {
            self.faults.push(Fault { pointer: pointer.to_owned(), detail });
        }
    }

    fn resolve(&self, schema: &'a MetaSchemaRef) -> Option<&'a MetaSchema> {
        match schema {
            MetaSchemaRef::Inline(schema) => Some(schema),
            MetaSchemaRef::Reference(name) => self.registry.schemas.get(name),
        }
    }

    fn value(&mut self, schema: &'a MetaSchemaRef, value: &Value, pointer: &str) {
        let Some(schema) = self.resolve(schema) else { return };
        if !schema.all_of.is_empty() {
            return schema.all_of.iter().for_each(|part| self.value(part, value, pointer));
        }
        let choices = if schema.one_of.is_empty() { &schema.any_of } else { &schema.one_of };
        if !choices.is_empty() {
            return self.choice(choices, value, pointer);
        }
        if !has_type(schema.ty, value) {
            return self.fault(pointer, format!("{} is expected here, not {}", expected(schema.ty), found(value)));
        }
        match value {
            // A part without a type only describes.
            _ if schema.ty.is_empty() => {}
            Value::Object(members) => self.object(schema, members, pointer),
            Value::Array(entries) => self.array(schema, entries, pointer),
            Value::String(text) => self.text(schema, text, pointer),
            Value::Number(number) => self.number(schema, number.as_f64().unwrap_or(f64::NAN), pointer),
            _ => {}
        }
        if !schema.enum_items.is_empty() && !schema.enum_items.contains(value) {
            let known: Vec<String> = schema.enum_items.iter().map(Value::to_string).collect();
            self.fault(pointer, format!("expected one of {}, not {value}", known.join(", ")));
        }
    }

    /// Of several forms, the one that has the type of what was sent.
    fn choice(&mut self, choices: &'a [MetaSchemaRef], value: &Value, pointer: &str) {
        let resolved: Vec<&MetaSchema> = choices.iter().filter_map(|choice| self.resolve(choice)).collect();
        match resolved.iter().position(|schema| has_type(schema.ty, value)) {
            Some(place) => self.value(&choices[place], value, pointer),
            None => {
                let forms: Vec<&str> = resolved.iter().map(|schema| expected(schema.ty)).collect();
                self.fault(pointer, format!("{} is expected here, not {}", forms.join(" or "), found(value)));
            }
        }
    }

    fn object(&mut self, schema: &'a MetaSchema, members: &serde_json::Map<String, Value>, pointer: &str) {
        for name in schema.required.iter().filter(|name| members.get(**name).is_none_or(Value::is_null)) {
            self.fault(&format!("{pointer}/{name}"), "this property is missing".to_owned());
        }
        for (name, value) in members {
            let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            let known = schema.properties.iter().find(|(property, _)| property == name).map(|(_, schema)| schema);
            match (known, &schema.additional_properties) {
                (Some(_), _) if value.is_null() => {}
                (Some(schema), _) => self.value(schema, value, &pointer),
                (None, Some(other)) => self.value(other, value, &pointer),
                (None, None) => self.fault(&pointer, unknown(name, schema)),
            }
        }
    }

    fn array(&mut self, schema: &'a MetaSchema, entries: &[Value], pointer: &str) {
        if schema.max_items.is_some_and(|most| entries.len() > most) {
            self.fault(pointer, format!("at most {} entries are taken at a time", schema.max_items.unwrap_or_default()));
        }
        if schema.min_items.is_some_and(|least| entries.len() < least) {
            self.fault(pointer, format!("at least {} entries are needed", schema.min_items.unwrap_or_default()));
        }
        if let Some(items) = &schema.items {
            entries.iter().enumerate().for_each(|(place, entry)| self.value(items, entry, &format!("{pointer}/{place}")));
        }
    }

    fn text(&mut self, schema: &MetaSchema, text: &str, pointer: &str) {
        if text.contains('\0') {
            self.fault(pointer, "the character U+0000 cannot be stored".to_owned());
        }
        if schema.max_length.is_some_and(|most| text.chars().count() > most) {
            self.fault(pointer, format!("at most {} characters", schema.max_length.unwrap_or_default()));
        }
        if schema.min_length.is_some_and(|least| text.chars().count() < least) {
            self.fault(pointer, "this must not be empty".to_owned());
        }
    }

    fn number(&mut self, schema: &MetaSchema, number: f64, pointer: &str) {
        let (least, most) = match schema.format {
            Some("int32") => (f64::from(i32::MIN), f64::from(i32::MAX)),
            Some("uint32") => (0.0, f64::from(u32::MAX)),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        let told = self.faults.len();
        if schema.minimum.is_some_and(|least| number < least) {
            self.fault(pointer, format!("at least {}", schema.minimum.unwrap_or_default()));
        }
        if schema.maximum.is_some_and(|most| number > most) {
            self.fault(pointer, format!("at most {}", schema.maximum.unwrap_or_default()));
        }
        if self.faults.len() == told && !(least..=most).contains(&number) {
            self.fault(pointer, format!("a number from {least} to {most}"));
        }
    }
}

fn has_type(ty: &str, value: &Value) -> bool {
    match ty {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => true,
    }
}

fn expected(ty: &str) -> &'static str {
    match ty {
        "object" => "an object",
        "array" => "a list",
        "string" => "a text",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        _ => "another value",
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "this number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn unknown(name: &str, schema: &MetaSchema) -> String {
    let known: Vec<&str> = schema.properties.iter().map(|(property, _)| *property).collect();
    format!("there is no property \"{name}\" here; known are {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use poem_openapi::types::Type;
    use poem_openapi::{Enum, Object};
    use serde_json::json;

    #[derive(Enum)]
    enum Colour {
        Red,
        Green,
    }

    #[derive(Object)]
    struct Inner {
        #[oai(validator(maximum(value = "10"), minimum(value = "1")))]
        size: i32,
    }

    #[derive(Object)]
    struct Outer {
        name: String,
        colour: Option<Colour>,
        parts: Option<Vec<Inner>>,
        bounded: Option<i32>,
        counted: Option<u32>,
        /// Described beside its own schema.
        inner: Option<Inner>,
    }

    fn told(value: serde_json::Value) -> Vec<String> {
        let mut registry = Registry::new();
        Outer::register(&mut registry);
        faults(&registry, &Outer::schema_ref(), &value).into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        assert!(told(json!({"name": "x", "colour": "Red", "parts": [{"size": 1}], "bounded": null})).is_empty());
        assert!(told(json!({"name": "x", "inner": {"size": 1}})).is_empty());
        assert_eq!(told(json!({"name": "x", "inner": {"size": "1", "y": 2}})), ["/inner/size", "/inner/y"]);
        assert_eq!(told(json!([])), [""]);
        assert_eq!(told(json!({"nmae": "x"})), ["/name", "/nmae"]);
        assert_eq!(
            told(json!({"name": 1, "colour": "Blue", "parts": [{"size": 11}, {"size": "1"}, 7, {}], "bounded": 1.5})),
            ["/name", "/colour", "/parts/0/size", "/parts/1/size", "/parts/2", "/parts/3/size", "/bounded"]
        );
        assert_eq!(told(json!({"name": "x", "bounded": 1u64 << 40, "counted": -1})), ["/bounded", "/counted"]);
        assert_eq!(told(json!({"name": "a\u{0}b", "a/b~c": 1})), ["/name", "/a~1b~0c"]);
    }
}
