var arguments = Array(CommandLine.arguments.dropFirst())

if arguments.first == "version" {
    print("Tegata (Swift 6.3; libsecp256k1 and libcrypto of this machine)")
} else if arguments.first == "merkle" {
    try MerklePeer.run(arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000)
} else if arguments.first == "sale" {
    Process.wait { [arguments] in try await Sale.run(arguments.dropFirst()) }
} else if arguments.first == "notices" {
    Process.wait { [arguments] in try await NoticeRun.run(arguments.dropFirst()) }
} else if arguments.first == "audit" {
    Process.wait { [arguments] in try await AuditRun.run(arguments.dropFirst()) }
} else if arguments.first == "archive" {
    Process.wait { [arguments] in try await ArchiveRun.run(arguments.dropFirst()) }
} else if arguments.count == 3, arguments[1].first != "-" {
    try Peer(folder: arguments[1], algorithm: arguments[2]).run(arguments[0])
} else {
    let json = arguments.firstIndex(of: "--json")
    if let json { arguments.remove(at: json) }
    var only = ""
    if arguments.count == 2, arguments[0] == "--only" {
        only = arguments[1]
        arguments = []
    }
    if arguments.isEmpty {
        let report = json == nil ? Report.table : .json
        // An asynchronous main would start the concurrency runtime for the peers' tasks too, which wait for nothing.
        Process.wait { [only] in try await Table.print(as: report, only: only) }
    } else {
        print("usage: bench [--json] [--only TEXT], or bench TASK FIXTURE ALG as the peers do")
    }
}
