let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.first == "version" {
    print("Tegata, Swift 6.3, libsecp256k1 and libcrypto of the system")
} else if arguments.count == 3 {
    try Peer(folder: arguments[1], algorithm: arguments[2]).run(arguments[0])
}
