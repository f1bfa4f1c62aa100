package import Jobs

/// The functions of `cronnotify`. Their keys are in `CompanionReader` too, which looks at entries before anything runs.
package var notifyCatalog: JobCatalog {
    JobCatalog()
        .with("ping", .function(ping))
        .with("webhook", .function(webhook))
        .with("slack", .function(slack))
        .with("email", .function(email))
}
