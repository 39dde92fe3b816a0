//! Items of a Rust file.

use proc_macro2::Span;
use syn::{File, ImplItem, Item, ItemImpl, TraitItem, Type, spanned::Spanned};

use super::{lines, with_comments};

/// The text of an item: a function, a type, a constant, a module, `impl Type`, `Type::method`, or `use` for all
/// imports. Its comments and attributes belong to it.
///
/// # Errors
/// The file is no Rust, or has no such item; the message lists those that it has.
pub fn find(text: &str, wanted: &str) -> Result<String, String> {
    let file = syn::parse_file(text).map_err(|error| format!("this is no Rust: {error}"))?;
    let spans = spans(&file, wanted);
    if spans.is_empty() {
        let names: Vec<_> = file.items.iter().filter_map(name).collect();
        return Err(format!(
            "there is no `{wanted}`; there is {}",
            names.join(", ")
        ));
    }
    let mut found = Vec::new();
    for (first, last) in spans {
        let (first, last) = (first.start().line - 1, last.end().line);
        found.push(lines(text, with_comments(text, first, "//"), last));
    }
    Ok(found.join("\n\n"))
}

/// Where the wanted items begin and end.
fn spans(file: &File, wanted: &str) -> Vec<(Span, Span)> {
    if wanted == "use" {
        let imports = file
            .items
            .iter()
            .filter(|item| matches!(item, Item::Use(_)));
        let imports: Vec<_> = imports.map(Spanned::span).collect();
        return match (imports.first(), imports.last()) {
            (Some(first), Some(last)) => vec![(*first, *last)],
            _ => Vec::new(),
        };
    }
    if let Some((owner, method)) = wanted.split_once("::") {
        return methods(file, owner, method);
    }
    // `fn app` is found as `app` is.
    let plain = match wanted.split_once(' ') {
        Some(("impl", _)) | None => wanted,
        Some((_, name)) => name,
    };
    let items = file.items.iter().filter(|item| {
        name(item).is_some_and(|name| name == plain)
            || matches!(item, Item::Impl(item) if plain.strip_prefix("impl ") == Some(&target(item)))
    });
    items.map(|item| (item.span(), item.span())).collect()
}

fn methods(file: &File, owner: &str, method: &str) -> Vec<(Span, Span)> {
    let mut spans = Vec::new();
    for item in &file.items {
        match item {
            Item::Impl(item) if target(item) == owner => {
                spans.extend(item.items.iter().filter_map(|item| match item {
                    ImplItem::Fn(function) if function.sig.ident == method => Some(function.span()),
                    ImplItem::Const(constant) if constant.ident == method => Some(constant.span()),
                    _ => None,
                }));
            }
            Item::Trait(item) if item.ident == owner => {
                spans.extend(item.items.iter().filter_map(|item| match item {
                    TraitItem::Fn(function) if function.sig.ident == method => {
                        Some(function.span())
                    }
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    spans.into_iter().map(|span| (span, span)).collect()
}

/// The name that an item is asked for by.
fn name(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Macro(item) => item.ident.as_ref()?.to_string(),
        Item::Mod(item) => item.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Impl(item) => match &item.trait_ {
            Some(of_trait) => format!("impl {} for {}", last(&of_trait.0), target(item)),
            None => format!("impl {}", target(item)),
        },
        _ => return None,
    })
}

/// The type that an `impl` is for.
fn target(item: &ItemImpl) -> String {
    match &*item.self_ty {
        Type::Path(path) => last(&path.path),
        _ => String::new(),
    }
}

fn last(path: &syn::Path) -> String {
    let last = path.segments.last();
    last.map(|segment| segment.ident.to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"//! A file.

use a::b;

use c::d;

// Why it is so.
/// What it is.
#[derive(Debug)]
struct Settings {
    port: u16,
}

impl Settings {
    /// From the environment.
    fn read() -> Self {
        todo!()
    }

    const PORT: u16 = 1;
}

impl std::fmt::Display for Settings {
    fn fmt(&self) {}
}

async fn app() {
    let x = "}";
}

mod controller;
"#;

    #[test]
    fn an_item_comes_with_its_comments_and_attributes() {
        let item = find(FILE, "Settings").unwrap();
        assert!(
            item.starts_with("// Why it is so.\n/// What it is.\n#[derive(Debug)]\nstruct"),
            "{item}"
        );
        assert!(item.ends_with("port: u16,\n}"), "{item}");
        assert_eq!(
            find(FILE, "fn app").unwrap(),
            "async fn app() {\n    let x = \"}\";\n}"
        );
        assert_eq!(find(FILE, "mod controller").unwrap(), "mod controller;");
    }

    #[test]
    fn all_imports_are_one_item() {
        assert_eq!(find(FILE, "use").unwrap(), "use a::b;\n\nuse c::d;");
    }

    #[test]
    fn an_impl_is_found_by_its_type_and_a_method_by_both() {
        assert!(
            find(FILE, "impl Settings")
                .unwrap()
                .contains("impl std::fmt::Display")
        );
        let of_trait = find(FILE, "impl Display for Settings").unwrap();
        assert!(of_trait.starts_with("impl std::fmt::Display"), "{of_trait}");
        let method = find(FILE, "Settings::read").unwrap();
        assert_eq!(
            method,
            "/// From the environment.\nfn read() -> Self {\n    todo!()\n}"
        );
    }

    #[test]
    fn what_is_not_there_is_answered_with_what_is() {
        let words = find(FILE, "run").unwrap_err();
        assert_eq!(
            words,
            "there is no `run`; there is Settings, impl Settings, impl Display for Settings, app, controller"
        );
        assert!(
            find("fn {", "a")
                .unwrap_err()
                .starts_with("this is no Rust")
        );
    }
}
