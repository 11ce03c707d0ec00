//! A repository with many root modules: that of `../shared/bench/make_monorepo.py` where that is there, and one of the same shape
//! where it is not.

use std::path::Path;
use std::process::{Command, Stdio};

/// Writes the repository into a directory.
pub(crate) fn make(directory: &Path, roots: usize) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bench/make_monorepo.py");
    if script.is_file() {
        let mut command = Command::new("python3");
        command
            .arg(script)
            .arg(directory)
            .arg("--roots")
            .arg(roots.to_string());
        if command
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
        {
            return;
        }
    }
    let write = |name: String, text: String| {
        let path = directory.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let block = |number: usize| {
        format!(
            "resource \"aws_iam_policy\" \"policy_{number}\" {{\n  name = format(\"%s-%03d\", var.name, {number})\n  policy = \
             jsonencode({{\n    Version = \"2012-10-17\"\n    Action = [\"s3:GetObject\"]\n  }})\n}}\n"
        )
    };
    let blocks = |count: usize| (0..count).map(block).collect::<String>();
    let variable = "variable \"name\" {\n  default = \"x\"\n}\n".to_owned();
    for module in ["network", "database", "service"] {
        write(
            format!("modules/{module}/main.tf"),
            variable.clone() + &blocks(15),
        );
    }
    for root in 0..roots {
        let at = format!("live/team-{root}");
        let call =
            |module: &str| format!("module \"{module}\" {{\n  source = \"../../modules/{module}\"\n}}\n");
        write(
            format!("{at}/main.tf"),
            call("network") + &call("database") + &call("service"),
        );
        write(format!("{at}/variables.tf"), variable.clone());
        for part in 0..4 {
            write(format!("{at}/part_{part}.tf"), blocks(10));
        }
        if root % 10 == 0 {
            let mirror = |number: usize| {
                format!(
                    "resource \"rhcs_image_mirror\" \"m_{number}\" {{\n  cluster_id = \"c\"\n  source = \
                     \"quay.io/team{root}/app-{number}\"\n  mirrors = [\"mirror.example.com/app-{number}\"]\n}}\n"
                )
            };
            write(format!("{at}/mirrors.tf"), (0..8).map(mirror).collect());
        }
    }
}
