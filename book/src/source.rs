//! Code that a chapter shows: a file of the workbook, or one of its items.
//!
//! An item ends where its indentation does. Formatters make sure of that in Rust and JavaScript, so this needs no parser.

use anyhow::{Context, Result, bail, ensure};
use regex::Regex;

use crate::{
    highlight::highlight,
    html::{code_figure, escape},
    site::Site,
};

/// The items that `{{#code PATH ITEM...}}` asks for. The path begins with a lesson's number, with `reference/` or `public/` and the
/// number, or with the name of a crate that belongs to a chapter, as `testing/`.
pub fn write(site: &Site, path: &str, items: &[&str]) -> Result<String> {
    let path = resolve(site, path)?;
    let text = site.text(&path)?;
    if items.is_empty() {
        return Ok(figure(&path, &text));
    }
    let found: Result<Vec<_>> = items.iter().map(|item| find(&text, item)).collect();
    Ok(figure(
        &path,
        &found.with_context(|| path.clone())?.join("\n\n"),
    ))
}

/// Code from a file, with the file's path as the caption.
pub fn figure(path: &str, text: &str) -> String {
    let caption = format!("<code>{}</code>", escape(path));
    let language = language(path);
    let lines = highlight(language, text.trim_end());
    code_figure("", Some(&caption), language, &lines)
}

/// The path relative to the top of the workbook.
fn resolve(site: &Site, path: &str) -> Result<String> {
    let (folder, below) = match path.split_once('/') {
        Some(("reference", below)) => ("tests/reference", below),
        Some(("public", below)) => ("public", below),
        _ => ("lessons", path),
    };
    let (first, file) = below.split_once('/').unwrap_or((below, ""));
    let crate_of_a_chapter = format!("book/{first}/Cargo.toml");
    let path = if site.root.join(crate_of_a_chapter).is_file() {
        format!("book/{below}")
    } else {
        format!("{folder}/{}/{file}", site.lesson(first)?.name)
    };
    ensure!(site.root.join(&path).is_file(), "there's no file {path}");
    Ok(path)
}

/// The language of a file, for its colours.
pub fn language(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((_, "txt")) | None => "text",
        Some((_, ending)) => ending,
    }
}

/// A part of a file, moved to the left:
///
/// - `app`, `Settings`, or `Settings::read` for a method: an item, with the comments and attributes above it
/// - `signature:app`: the head of a function, without its comments and its body
/// - `line:TEXT`: the lines that contain a text without spaces
/// - `uses`: the imports of a Rust file
fn find(text: &str, wanted: &str) -> Result<String> {
    if wanted == "uses" {
        let imports = Regex::new(r"(?m)^use [^;]+;$(\n+use [^;]+;$)*")?;
        let found = imports.find(text).context("it imports nothing")?;
        return Ok(found.as_str().to_owned());
    }
    if let Some(name) = wanted.strip_prefix("signature:") {
        let item = item(text, name)?;
        let is_above = |line: &&str| line.starts_with("//") || line.starts_with("#[");
        let head = item.lines().skip_while(is_above);
        let mut head: Vec<_> = head.take_while(|line| *line != "}").collect();
        let end = head.iter().position(|line| line.ends_with('{'));
        head.truncate(end.with_context(|| format!("`{name}` is no function"))? + 1);
        let head = head.join("\n");
        return Ok(head.trim_end_matches([' ', '{', '\n']).to_owned());
    }
    if let Some(part) = wanted.strip_prefix("line:") {
        let lines = text.lines().filter(|line| line.contains(part));
        let lines: Vec<_> = lines.map(str::trim).collect();
        ensure!(!lines.is_empty(), "no line has `{part}`");
        return Ok(lines.join("\n"));
    }
    item(text, wanted)
}

/// The lines of an item, with the comments and attributes above it.
fn item(text: &str, wanted: &str) -> Result<String> {
    let (owner, name) = wanted.split_once("::").unwrap_or(("", wanted));
    // A JavaScript method begins with its name, its arguments, and an opening brace.
    let item = Regex::new(&format!(
        r"^\s*((pub(\(\w+\))?|async|class|const|enum|export|fn|function|interface|mod|static|struct|trait|type) )+{name}\b|^\s+{name}\([\w, ]*\) \{{$"
    ))?;
    let of_owner = Regex::new(&format!(r"^impl\b.*\b{owner}(<.*>)? \{{$"))?;
    let indent = |line: &str| line.len() - line.trim_start().len();

    let lines: Vec<_> = text.lines().collect();
    let mut is_inside = owner.is_empty();
    let first = lines.iter().position(|line| {
        if !owner.is_empty() && indent(line) == 0 && !line.is_empty() {
            is_inside = of_owner.is_match(line);
        }
        is_inside && item.is_match(line)
    });
    let Some(first) = first else {
        bail!("there's no `{wanted}`");
    };
    let left = indent(lines[first]);
    // Formatters leave a string's lines as they are, so it ends with its quote.
    let is_string = lines[first].contains(": &str =");
    let ends = |line: &&str| {
        if is_string {
            line.ends_with("\";")
        } else {
            indent(line) == left && (line.trim() == "}" || line.ends_with(';'))
        }
    };
    let length = if lines[first].ends_with([';', '}']) {
        1
    } else {
        let end = lines[first..].iter().position(ends);
        end.with_context(|| format!("`{wanted}` has no end"))? + 1
    };
    let above = lines[..first].iter().rev();
    let is_above =
        |line: &&&str| line.trim_start().starts_with("//") || line.trim_start().starts_with("#[");
    let above = above.take_while(is_above).count();
    let lines = lines[first - above..first + length].iter();
    let lines: Vec<_> = lines
        .map(|line| line.get(left..).unwrap_or_default())
        .collect();
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUST: &str = r#"//! A file.

use a::Place;

// Why it is so.
/// What it is.
#[derive(Debug)]
struct Settings {
    port: u16,
}

const PORTS: [u16; 2] = [
    1, 2,
];

mod controller;

impl Place {
    fn read() -> Self {}
}

impl Settings {
    /// From the environment.
    pub fn read(
        a: A,
    ) -> Self
    where
        A: B,
    {
        if a {
            todo!()
        }
    }
}

async fn app() {
    let Settings = "}";
}
"#;

    const JAVASCRIPT: &str = "\
class Server {
  constructor() {
    this.sockets();
  }

  // What it does for each client.
  sockets() {
    this.io.on('connection', (socket) => {
      socket.emit('a');
    });
  }
}

const controller = (socket) => {
  socket();
};
";

    #[test]
    fn an_item_includes_its_comments_and_attributes() {
        assert_eq!(
            find(RUST, "Settings").unwrap(),
            "// Why it is so.\n/// What it is.\n#[derive(Debug)]\nstruct Settings {\n    port: u16,\n}"
        );
        assert_eq!(
            find(RUST, "app").unwrap(),
            "async fn app() {\n    let Settings = \"}\";\n}"
        );
        assert!(find(RUST, "PORTS").unwrap().ends_with("    1, 2,\n];"));
        assert_eq!(find(RUST, "controller").unwrap(), "mod controller;");
        for string in ["\"a (\n    b);\n);\nc\"", "\n    \"a\""] {
            let item = format!("const SQL: &str = {string};");
            let file = format!("{item}\n\nconst NEXT: u8 = 1;");
            assert_eq!(find(&file, "SQL").unwrap(), item);
        }
        assert_eq!(find(RUST, "uses").unwrap(), "use a::Place;");
        let both = "use a::{\n    B,\n};\n\nuse c::D;";
        assert_eq!(find(&format!("{both}\nfn e() {{}}"), "uses").unwrap(), both);
    }

    #[test]
    fn a_method_is_found_in_its_type_and_moved_to_the_left() {
        let method = find(RUST, "Settings::read").unwrap();
        assert!(
            method.starts_with(
                "/// From the environment.\npub fn read(\n    a: A,\n) -> Self\nwhere"
            ),
            "{method}"
        );
        assert!(method.ends_with("        todo!()\n    }\n}"), "{method}");
        assert_eq!(find(RUST, "Place::read").unwrap(), "fn read() -> Self {}");
    }

    #[test]
    fn a_part_of_an_item_is_found() {
        assert_eq!(find(RUST, "signature:app").unwrap(), "async fn app()");
        assert_eq!(
            find(RUST, "signature:Settings::read").unwrap(),
            "pub fn read(\n    a: A,\n) -> Self\nwhere\n    A: B,"
        );
        assert_eq!(find(RUST, "line:todo!").unwrap(), "todo!()");
        for wanted in ["line:nada", "signature:nada", "signature:PORTS"] {
            assert!(find(RUST, wanted).is_err(), "{wanted}");
        }
        assert!(find(JAVASCRIPT, "uses").is_err());
    }

    #[test]
    fn javascript_has_methods_and_functions() {
        let method = find(JAVASCRIPT, "sockets").unwrap();
        assert!(
            method.starts_with("// What it does for each client.\nsockets() {\n  this.io"),
            "{method}"
        );
        assert!(method.ends_with("\n  });\n}"), "{method}");
        assert!(find(JAVASCRIPT, "controller").unwrap().ends_with("\n};"));
        let types =
            "export interface Figures {\n  clients: number;\n}\n\nexport interface Other {}";
        assert_eq!(
            find(types, "Figures").unwrap(),
            "export interface Figures {\n  clients: number;\n}"
        );
    }

    #[test]
    fn missing_things_are_reported() {
        let words = |path, items: &[&str]| {
            let site = Site::read(Vec::new()).unwrap();
            format!("{:#}", write(&site, path, items).unwrap_err())
        };
        for (path, items, error) in [
            (
                "99/src/lib.rs",
                &[][..],
                "there's no lesson `99`: use its two digits, such as 05",
            ),
            (
                "05/nada.rs",
                &[],
                "there's no file lessons/05-callbacks/nada.rs",
            ),
            (
                "05/src/lib.rs",
                &["Settings"],
                "lessons/05-callbacks/src/lib.rs: there's no `Settings`",
            ),
            (
                "reference/05/server.js",
                &["nada"],
                "tests/reference/05-callbacks/server.js: there's no `nada`",
            ),
            (
                "public/05/nada.js",
                &[],
                "there's no file public/05-callbacks/nada.js",
            ),
        ] {
            assert_eq!(words(path, items), error);
        }
        assert!(find("fn a() {", "a").is_err());
        assert!(find(RUST, "Nada::read").is_err());
    }
}
