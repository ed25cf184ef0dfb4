// A137: what scripts/constant-time runs under memcheck, everything Tegata does with secrets of secp256k1; or one leak.
switch CommandLine.arguments.dropFirst().first {
case nil:
    signing()
    arithmetic()
    var story = Story()
    try story.run()
case "story":
    var story = Story()
    try story.run()
case "multiplication": Leak.multiplication()
case "comparison": Leak.comparison()
case "lookup": Leak.lookup()
default: fatalError("usage: constant-time [story | multiplication | comparison | lookup]")
}
