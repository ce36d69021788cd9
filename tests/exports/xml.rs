//! A strict XML parser, which accepts well-formed documents without DTDs or comments, and only XML's five
//! named entities.

/// An element.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Node {
    pub tag: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
    /// The text of an element and its descendants, in order.
    pub text: String,
}

impl Node {
    /// The descendants with this tag.
    pub fn all(&self, tag: &str) -> Vec<&Node> {
        let deeper = self.children.iter().flat_map(|child| {
            let own = (child.tag == tag).then_some(child);
            own.into_iter().chain(child.all(tag))
        });
        deeper.collect()
    }

    /// The text of the only child with this tag.
    pub fn said(&self, tag: &str) -> &str {
        let found: Vec<&Node> = self
            .children
            .iter()
            .filter(|child| child.tag == tag)
            .collect();
        assert_eq!(found.len(), 1, "{tag} in {}", self.tag);
        found[0].text.trim()
    }

    /// The value of an attribute, or an empty string.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }
}

/// The root element of a document.
pub fn read(text: &str) -> Node {
    let rest = text
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
        .expect("a declaration");
    let mut reader = Reader {
        rest: rest.trim_start(),
    };
    let root = reader.element();
    assert_eq!(reader.rest.trim(), "", "nothing follows the root");
    root
}

/// Parses the contents of an element, as if in a separate root.
pub fn fragment(text: &str) -> Node {
    read(&format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><root>{text}</root>"
    ))
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn until(&mut self, end: &str) -> &'t str {
        let (before, after) = self
            .rest
            .split_once(end)
            .unwrap_or_else(|| panic!("no {end} in {:.200}", self.rest));
        self.rest = after;
        before
    }

    fn element(&mut self) -> Node {
        self.rest = self
            .rest
            .strip_prefix('<')
            .unwrap_or_else(|| panic!("no element: {:.200}", self.rest));
        let mut inside = self.until(">");
        let empty = inside.ends_with('/');
        inside = inside.trim_end_matches('/');
        let (tag, attributes) = inside
            .split_once(char::is_whitespace)
            .unwrap_or((inside, ""));
        assert!(
            tag.starts_with(|c: char| c.is_ascii_alphabetic()),
            "no name: {tag}"
        );
        let mut node = Node {
            tag: tag.to_owned(),
            attributes: attributes_of(attributes),
            ..Node::default()
        };
        if empty {
            return node;
        }
        loop {
            if let Some(rest) = self.rest.strip_prefix("</") {
                self.rest = rest;
                assert_eq!(self.until(">"), tag);
                return node;
            }
            if let Some(rest) = self.rest.strip_prefix("<![CDATA[") {
                self.rest = rest;
                node.text.push_str(legal(self.until("]]>")));
            } else if self.rest.starts_with('<') {
                let child = self.element();
                node.text.push_str(&child.text);
                node.children.push(child);
            } else {
                let end = self.rest.find('<').expect("an end");
                let (text, rest) = self.rest.split_at(end);
                assert!(!text.contains("]]>"));
                node.text.push_str(&resolved(text));
                self.rest = rest;
            }
        }
    }
}

fn attributes_of(text: &str) -> Vec<(String, String)> {
    let mut rest = text.trim();
    let mut all: Vec<(String, String)> = Vec::new();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").expect("a value");
        let (value, after) = after.split_once('"').expect("its end");
        assert!(
            !value.contains('<') && all.iter().all(|(known, _)| known != name),
            "{text}"
        );
        all.push((name.to_owned(), resolved(value)));
        rest = after.trim_start();
    }
    all
}

/// The text with its entities resolved.
fn resolved(text: &str) -> String {
    let mut out = String::new();
    let mut rest = legal(text);
    while let Some((before, after)) = rest.split_once('&') {
        let (name, after) = after.split_once(';').expect("an entity ends");
        out.push_str(before);
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            number => {
                let digits = number
                    .strip_prefix('#')
                    .unwrap_or_else(|| panic!("&{name}; is not of XML"));
                char::from_u32(digits.parse().expect("a number")).expect("a character")
            }
        });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Checks that text contains only characters that XML 1.0 allows.
fn legal(text: &str) -> &str {
    let illegal = |c: char| (c < ' ' && !"\t\n\r".contains(c)) || "\u{FFFE}\u{FFFF}".contains(c);
    assert!(!text.contains(illegal), "{text:?}");
    text
}
