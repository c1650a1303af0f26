//! The command line, addressed to one local cloud.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// Where the committed manifest expects the simulator.
const USUAL_SIMULATOR: &str = "http://127.0.0.1:4611";
/// The listing whose feed is known by its secret only, so that the tests go that way too.
pub(super) const SECRET_LISTING: &str = "getmyboat-hall";
/// The name of that secret.
pub(super) const FEED_SECRET: &str = "GETMYBOAT_HALL_FEED_URL";

/// `xtask`, with the folder and the ports of a local cloud.
pub(super) struct Landfall {
    program: PathBuf,
    dir: PathBuf,
    cloud_port: u16,
    simulator_port: u16,
    /// A cloud that a test has made for itself goes with it.
    is_own: bool,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Landfall {
    /// The cloud that `cargo xtask test` has prepared. `None`, and a line that says so, when there is none.
    pub(super) fn shared() -> Option<Self> {
        let program = need("LANDFALL_TEST_CLOUD")?;
        let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
        Some(Self {
            program: program.into(),
            dir: root().join(variable("LANDFALL_LOCAL_DIR")),
            cloud_port: variable("LANDFALL_LOCAL_PORT").parse().unwrap(),
            simulator_port: variable("LANDFALL_SIMULATOR_PORT").parse().unwrap(),
            is_own: false,
        })
    }

    /// A cloud for one test alone, beside the shared one, on free ports. Nothing runs yet.
    pub(super) fn own(name: &str) -> Option<Self> {
        let shared = Self::shared()?;
        let folder = format!("{}-{name}", shared.dir.file_name()?.to_str()?);
        let own = Self {
            dir: shared.dir.with_file_name(folder),
            cloud_port: testkit::free_port().unwrap(),
            simulator_port: testkit::free_port().unwrap(),
            program: shared.program.clone(),
            is_own: true,
        };
        // What an interrupted run left behind.
        own.run(&["local", "reset"]).succeeded();
        Some(own)
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.cloud_port)
    }

    pub(super) fn simulator(&self) -> String {
        format!("http://127.0.0.1:{}", self.simulator_port)
    }

    /// The emulator's Python, which has botocore: a client that shares no code with us.
    pub(super) fn python(&self) -> PathBuf {
        let tools = fs::read_dir(self.target().join("tools")).unwrap().flatten();
        let emulator = tools.map(|tool| tool.path()).find(|tool| {
            let name = tool.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with("ministack-"))
        });
        emulator.unwrap().join("bin/python")
    }

    /// Cargo's target folder, in which the program lies.
    fn target(&self) -> &Path {
        self.program.ancestors().nth(2).unwrap()
    }

    /// Runs the program to its end.
    pub(super) fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs the program with more environment.
    pub(super) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Said {
        let mut command = self.command(arguments);
        Said::of(
            command
                .envs(environment.iter().copied())
                .stdin(Stdio::null())
                .output()
                .unwrap(),
        )
    }

    /// Runs the program with something to read.
    pub(super) fn run_reading(&self, arguments: &[&str], input: &str) -> Said {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Said::of(child.wait_with_output().unwrap())
    }

    /// Starts the program and leaves it to the test, with what it tells on standard error to read.
    pub(super) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        let command = command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Deploys what cargo has built, with the tests' manifest.
    pub(super) fn deploy(&self) -> Said {
        self.run_on_manifest(&["deploy"], &[])
    }

    /// Deploys the committed manifest with its sample, as whoever tries it out does.
    pub(super) fn deploy_sample(&self) -> Said {
        let text = fs::read_to_string(root().join("campaign_schedule.json")).unwrap();
        let manifest = self.dir.join("sample.json");
        fs::create_dir_all(&self.dir).unwrap();
        fs::write(&manifest, text.replace(USUAL_SIMULATOR, &self.simulator())).unwrap();
        self.lay_out_binaries();
        let arguments = ["deploy", "--manifest", manifest.to_str().unwrap()];
        self.run_with(&arguments, &[("LANDFALL_NO_SAMPLE", "0")])
    }

    /// Runs a command that takes the manifest, with more environment.
    pub(super) fn run_on_manifest(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Said {
        Said::of(self.command_on_manifest(arguments, environment).output().unwrap())
    }

    /// Starts such a command and leaves it to the test.
    pub(super) fn start_on_manifest(&self, arguments: &[&str]) -> Child {
        let mut command = self.command_on_manifest(arguments, &[]);
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn command_on_manifest(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
        let manifest = self.dir.join("campaign_schedule.json");
        fs::create_dir_all(&self.dir).unwrap();
        fs::write(&manifest, self.manifest()).unwrap();
        self.lay_out_binaries();
        let mut command = self.command(arguments);
        command
            .arg("--manifest")
            .arg(manifest)
            .envs(environment.iter().copied())
            .stdin(Stdio::null());
        command
    }

    /// Has the broker be a program that ends at once.
    pub(super) fn break_code(&self) {
        self.lay_out_binaries();
        fs::remove_file(self.binary()).unwrap();
        fs::write(self.binary(), "#!/bin/sh\nexit 1\n").unwrap();
    }

    /// The committed manifest, its feeds at this cloud's simulator, and one of them known by its secret only.
    pub(super) fn manifest(&self) -> String {
        let text = fs::read_to_string(root().join("campaign_schedule.json")).unwrap();
        let text = text.replace(USUAL_SIMULATOR, &self.simulator());
        let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
        let listings = manifest["listings"].as_array_mut().unwrap();
        let hall = listings
            .iter_mut()
            .find(|listing| listing["id"] == SECRET_LISTING)
            .unwrap();
        assert_eq!(hall["feed"]["secret"], FEED_SECRET);
        hall["feed"].as_object_mut().unwrap().remove("local_url").unwrap();
        // No test waits for half an hour: two readings without a booking are enough.
        manifest["policies"]["feeds"] = serde_json::json!({ "min_absence_minutes": 0 });
        serde_json::to_string_pretty(&manifest).unwrap()
    }

    /// The broker's binary as this cloud's deploys find it: what cargo has built, until [`Self::change_code`].
    fn binary(&self) -> PathBuf {
        self.dir.join("target/debug/event-broker")
    }

    /// Makes the broker's code differ by one byte, which no loader minds.
    pub(super) fn change_code(&self) {
        let mut code = fs::read(self.binary()).unwrap();
        code.push(0);
        fs::remove_file(self.binary()).unwrap();
        fs::write(self.binary(), code).unwrap();
    }

    /// Goes back to what cargo has built.
    pub(super) fn restore_code(&self) {
        fs::remove_file(self.binary()).unwrap();
        self.lay_out_binaries();
    }

    /// A target folder of the cloud's own, so that a test can change the broker's binary and nobody else's build notices.
    fn lay_out_binaries(&self) {
        fs::create_dir_all(self.dir.join("target/debug")).unwrap();
        let link = |from: PathBuf, to: PathBuf| {
            if !to.exists() {
                std::os::unix::fs::symlink(from, to).unwrap();
            }
        };
        link(self.target().join("tools"), self.dir.join("target/tools"));
        for function in stacks::functions() {
            let binary = Path::new("debug").join(function.package());
            link(self.target().join(&binary), self.dir.join("target").join(binary));
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .current_dir(root())
            .env_remove("AWS_ENDPOINT_URL")
            // Cargo has built the functions before any test runs, and may be building for somebody else now.
            .env("CARGO", "true")
            .env("CARGO_TARGET_DIR", self.dir.join("target"))
            // The tests count what is there.
            .env("LANDFALL_NO_SAMPLE", "1")
            .env("LANDFALL_LOCAL_DIR", &self.dir)
            .env("LANDFALL_LOCAL_PORT", self.cloud_port.to_string())
            .env("LANDFALL_SIMULATOR_PORT", self.simulator_port.to_string());
        command
    }
}

impl Drop for Landfall {
    fn drop(&mut self) {
        if self.is_own {
            self.run(&["local", "reset"]);
        }
    }
}

impl Said {
    pub(super) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The same, after making sure that the command ended with 0.
    #[track_caller]
    pub(super) fn succeeded(self) -> Self {
        self.ended(0)
    }

    /// The same, after making sure how the command ended.
    #[track_caller]
    pub(super) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// All that was said, on both streams.
    pub(super) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// A variable without which the current test is skipped by its name.
pub(super) fn need(variable: &str) -> Option<String> {
    testkit::need(
        std::thread::current().name().unwrap_or("an end-to-end test"),
        variable,
    )
}

/// The checkout.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
