//! Parts of a JavaScript, HTML or CSS file, by their names and their indentation.

use super::{lines, with_comments};

/// The text of a function, a class, a constant, a method, the handler of an event by the event's name, the
/// element with an id (`#id`), or the rule of a selector. Comments right above belong to it.
///
/// # Errors
/// There is no such part.
pub fn find(text: &str, wanted: &str) -> Result<String, String> {
    let all: Vec<_> = text.lines().collect();
    let first = all.iter().position(|line| begins(line, wanted));
    let first = first.ok_or_else(|| format!("there is no `{wanted}`"))?;
    let indent = |line: &str| line.len() - line.trim_start().len();
    let left = indent(all[first]);
    // One line is the whole of it if the next one is not further to the right.
    let next = all.get(first + 1).filter(|line| !line.trim().is_empty());
    let last = if next.is_some_and(|line| indent(line) > left) {
        let end = all[first + 1..]
            .iter()
            .position(|line| !line.trim().is_empty() && indent(line) <= left);
        end.map_or(all.len(), |end| first + 1 + end)
    } else {
        first
    };
    Ok(lines(text, with_comments(text, first, "//"), last + 1))
}

/// Whether the part of this name begins in this line.
fn begins(line: &str, wanted: &str) -> bool {
    let line = line.trim_start();
    if let Some(id) = wanted.strip_prefix('#') {
        return line.contains(&format!("id=\"{id}\"")) || line.starts_with(&format!("{wanted} {{"));
    }
    if line.contains(&format!(".on('{wanted}',")) {
        return true;
    }
    let words = [
        "export ",
        "async ",
        "static ",
        "function ",
        "class ",
        "const ",
        "let ",
    ];
    let mut rest = line;
    while let Some(after) = words.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = after;
    }
    let Some(after) = rest.strip_prefix(wanted) else {
        return false;
    };
    let declared = rest.len() < line.len();
    // A method: its name, its arguments, and the brace that opens it.
    let method = after.starts_with('(') && line.ends_with('{');
    method || (declared && after.starts_with([' ', '('])) || after == " {"
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
const http = require('node:http');
const dark = {
  a: 1,
};

class Server {
  constructor() {
    this.sockets();
  }

  // What it does for each client.
  sockets() {
    this.io.on('connection', (socket) => {
      socket.on('enviar-mensaje', (payload) => {
        console.log(payload);
      });
    });
  }
}
";

    #[test]
    fn a_method_ends_where_its_indentation_does() {
        let method = find(FILE, "sockets").unwrap();
        assert!(
            method.starts_with("// What it does for each client.\nsockets() {\n  this.io"),
            "{method}"
        );
        assert!(method.ends_with("\n  });\n}"), "{method}");
        assert!(find(FILE, "Server").unwrap().ends_with("\n  }\n}"));
    }

    #[test]
    fn a_constant_and_a_handler_are_found_by_their_names() {
        assert_eq!(
            find(FILE, "http").unwrap(),
            "const http = require('node:http');"
        );
        assert_eq!(find(FILE, "dark").unwrap(), "const dark = {\n  a: 1,\n};");
        let handler = find(FILE, "enviar-mensaje").unwrap();
        assert_eq!(
            handler,
            "socket.on('enviar-mensaje', (payload) => {\n  console.log(payload);\n});"
        );
    }

    #[test]
    fn an_element_is_found_by_its_id() {
        let page = "<main>\n  <p id=\"a\">\n    b\n  </p>\n</main>\n";
        assert_eq!(find(page, "#a").unwrap(), "<p id=\"a\">\n  b\n</p>");
    }

    #[test]
    fn what_is_not_there_is_said() {
        assert_eq!(find(FILE, "listen").unwrap_err(), "there is no `listen`");
    }
}
