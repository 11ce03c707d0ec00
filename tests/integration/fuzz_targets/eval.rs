//! Expressions made of choices, in a module with hidden values: what is printed shows none of them.

use mirrorset::testing::workspace::{Options, evaluate_and_print};

use super::choices::Choices;
use super::outputs::MARK;
use super::scratch::directory_of;

const FUNCTIONS: &str = "abs abspath alltrue anytrue base64decode base64encode base64gunzip base64gzip base64sha256 \
    base64sha512 basename can ceil chomp chunklist cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist \
    compact concat contains convert csvdecode dirname distinct element endswith ephemeralasnull file filebase64 \
    filebase64sha256 fileexists filemd5 fileset flatten floor format formatdate formatlist indent index issensitive join \
    jsondecode jsonencode keys length log lookup lower matchkeys max md5 merge min one parseint pathexpand plantimestamp \
    pow range regex regexall replace reverse rsadecrypt sensitive setintersection setproduct setsubtract setunion sha1 \
    sha256 sha512 signum slice sort split startswith strcontains strrev substr sum templatefile templatestring \
    textdecodebase64 textencodebase64 timeadd timecmp title tobool tolist tomap tonumber toset tostring transpose trim \
    trimprefix trimspace trimsuffix try type upper urlencode uuidv5 values yamldecode yamlencode zipmap \
    provider::terraform::encode_tfvars core::join provider::x::y";

const ATOMS: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "2",
    "10",
    "0.1",
    "1e308",
    "1e999",
    "1e-999",
    "12345678901234567890123456789",
    "\"\"",
    "\"a\"",
    "\"true\"",
    "\"é\"",
    "\"10.0.0.0/8\"",
    "\"fe80::/10\"",
    "\"2020-02-29T23:59:60Z\"",
    "\"YYYY-MM-DD'T'hh:mm:ssZ\"",
    "\"1h-2m3.5s\"",
    "\"%5.2f%#v%[2]q%s\"",
    "\"(a|b)*(?P<n>.)\"",
    "\"/[[:alpha:]]+/\"",
    "\"{\\\"a\\\":[1,{}]}\"",
    "\"a: &x [1, *x]\\n<<: {b: 2}\"",
    "\"a,b\\n1,2\"",
    "\"aGVsbG8=\"",
    "\"UTF-16LE\"",
    "\"url\"",
    "[]",
    "{}",
    "[1, \"a\", null]",
    "toset([\"a\", \"b\"])",
    "{a = 1, b = [2]}",
    "tomap({x = \"y\"})",
    "var.s",
    "var.u",
    "var.l",
    "var.m",
    "var.hidden",
    "var.object",
    "local.a",
    "local.o",
    "local.cycle",
    "each.key",
    "count.index",
    "self",
    "path.module",
    "terraform.workspace",
    "rhcs_cluster_rosa_hcp.c.id",
    "rhcs_cluster_rosa_hcp.c",
    "data.x.y",
    "module.m",
    "module.m.out",
    "\"t.tftpl\"",
    "\"f.txt\"",
    "\"**/*\"",
    "\"../x\"",
    "\"/etc/hostname\"",
];

const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||",
];

const MODULE: &str = r#"variable "s" {
  default = "str"
}
variable "u" {}
variable "l" {
  default = ["b", "a", "b"]
}
variable "m" {
  default = { k = { a = 1 }, j = { a = "x" } }
}
variable "hidden" {
  default   = "M4RKvalue"
  sensitive = true
}
variable "object" {
  default   = { M4RKkey = "M4RKelement", a = "M4RKa" }
  ephemeral = true
}
locals {
  a     = [for i in range(3) : { a = i, b = var.u }]
  o     = { a = 1, b = { c = [null] } }
  cycle = local.other
  other = [local.cycle]
}
resource "rhcs_cluster_rosa_hcp" "c" {
  name = "n"
}
module "m" {
  source = "./m"
  x      = local.a
}
"#;

const FILES: &[(&str, &str)] = &[
    ("main.tf", MODULE),
    (
        "m/main.tf",
        "variable \"x\" {}\noutput \"out\" {\n  value = var.x\n}\n",
    ),
    ("t.tftpl", "a${x}%{ for i in y }${i}%{ endfor }"),
    ("f.txt", "hello\n"),
    ("sub/g.txt", "g"),
];

pub(crate) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let number = 1 + choices.below(6);
    let expressions: Vec<String> = (0..number).map(|_| expression(&mut choices, 5)).collect();
    let directory = directory_of(FILES.iter().map(|(name, text)| (*name, text.as_bytes())));
    let evaluate = || evaluate_and_print(&directory, &expressions, &Options::default());
    let printed = evaluate();
    assert_eq!(printed, evaluate(), "not deterministic: {expressions:?}");
    for (expression, [full, line]) in expressions.iter().zip(&printed) {
        // What an expression says itself is not hidden.
        let may_show = expression.contains(MARK);
        assert!(
            may_show || !full.contains(MARK) && !line.contains(MARK),
            "a hidden value is shown: {expression}\n{full}\n{line}"
        );
        let is_json = serde_json::from_str::<serde_json::Value>(line).is_ok();
        assert!(is_json && line.lines().count() == 1, "{expression}: {line}");
        let begins_command = |line: &str| line.trim_start().starts_with("::");
        assert!(!full.lines().any(begins_command), "{expression}: {full}");
    }
}

fn expression(choices: &mut Choices<'_>, depth: usize) -> String {
    if depth == 0 || choices.is_empty() {
        return choices.pick(ATOMS).to_owned();
    }
    let form = choices.below(24);
    let mut next = || expression(choices, depth - 1);
    match form {
        0..8 => call(choices, depth),
        8 => {
            let (left, right) = (next(), next());
            format!("({left} {} {right})", choices.pick(OPERATORS))
        }
        9 => format!("({} ? {} : {})", next(), next(), next()),
        10 => format!("[for k, v in {} : {} if {}]", next(), next(), next()),
        11 => format!("{{for k, v in {} : {} => {}}}", next(), next(), next()),
        12 => format!("{{for k, v in {} : {} => {}...}}", next(), next(), next()),
        13 => format!("[for k in {} : k]", next()),
        14 => format!("({})[{}]", next(), next()),
        15 => format!("({}).a", next()),
        16 => format!("({})[*].a", next()),
        17 => format!("({}).*.b", next()),
        18 => format!(
            "\"x${{{}}}y%{{ if {} }}${{~ {} ~}}%{{ else }}z%{{ endif ~}}\"",
            next(),
            next(),
            next()
        ),
        19 => format!("\"%{{ for a in {} }}${{a}}%{{ endfor }}\"", next()),
        20 => format!("[{}, {}]", next(), next()),
        21 => format!("{{({}) = {}, b = {}}}", next(), next(), next()),
        22 => format!("-{}", next()),
        _ => quoted(&choices.text(16)),
    }
}

fn call(choices: &mut Choices<'_>, depth: usize) -> String {
    let names: Vec<&str> = FUNCTIONS.split_whitespace().collect();
    let name = choices.pick(&names);
    let number = 1 + choices.below(4);
    let arguments: Vec<String> = (0..number).map(|_| expression(choices, depth - 1)).collect();
    let expansion = if choices.below(12) == 11 { "..." } else { "" };
    format!("{name}({}{expansion})", arguments.join(", "))
}

/// A string without templates.
fn quoted(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            '$' | '%' => String::new(),
            c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("\"{text}\"")
}
