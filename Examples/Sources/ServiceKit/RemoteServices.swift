internal import Foundation
public import Tegata

/// The attestors and nodes of the editions that a kiosk checks, on other people's machines.
public struct RemoteServices: Sendable {
    /// Each attestor: its x-only key in hexadecimal, `=`, its address.
    public var attestors: [String]
    /// How many of them must sign.
    public var attestorThreshold: Int
    /// Each node: its number, `=`, its address.
    public var nodes: [String]
    /// How many of them must answer.
    public var nodeThreshold: Int

    /// These services.
    public init(
        attestors: [String], threshold attestorThreshold: Int, nodes: [String],
        threshold nodeThreshold: Int
    ) {
        self.attestors = attestors
        self.attestorThreshold = attestorThreshold
        self.nodes = nodes
        self.nodeThreshold = nodeThreshold
    }

    /// The ways to them. Nobody is asked yet.
    ///
    /// - Parameters:
    ///   - isTest: whether the attestors accept test ID cards; every page then says so.
    ///   - fromLoopback: whether the kiosk itself runs on loopback: only then it may ask this machine, in the open.
    ///   - onFault: is told who does not answer, or not truly.
    /// - Returns: the services.
    /// - Throws: `KeyFile.Problem`, which names what is wrong and how it should be.
    public func open(
        isTest: Bool, fromLoopback: Bool,
        onFault: @escaping @Sendable (ServiceFault) -> Void = { _ in }
    ) throws -> IdentityServices {
        func client(_ text: String, _ form: String) throws -> (name: String, client: Client) {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw KeyFile.Problem(description: "\(text.prefix(80)): give it as \(form)")
            }
            guard Fetcher.isAllowed(parts[1], fromLoopback: fromLoopback) else {
                throw KeyFile.Problem(
                    description: "\(parts[1]) is no https address of a public host (使えないアドレスです)")
            }
            return (parts[0], try Client(parts[1]))
        }
        var attesting = [any AttestorService]()
        for text in attestors {
            let (name, client) = try client(text, "KEY=URL, the key as the attestor prints it")
            let key = try bytes(hexadecimal: name)
            guard key.count == 32 else {
                throw KeyFile.Problem(description: "\(name.prefix(80)): a key is 64 digits")
            }
            attesting.append(
                RemoteAttestor(key: key, usesTestAnchors: isTest, transport: client.send))
        }
        var evaluating = [any EvaluationService]()
        for text in nodes {
            let (name, client) = try client(text, "NUMBER=URL")
            guard let number = Int(name), (1...9).contains(number) else {
                throw KeyFile.Problem(description: "\(name.prefix(80)): a node's number is 1 … 9")
            }
            evaluating.append(RemoteNode(node: number, transport: client.send))
        }
        do {
            return try IdentityServices(
                attestors: attesting, threshold: attestorThreshold, nodes: evaluating,
                threshold: nodeThreshold, onFault: onFault)
        } catch {
            throw KeyFile.Problem(
                description: """
                    \(attestorThreshold) of \(attesting.count) attestors and \(nodeThreshold) of \(evaluating.count) nodes \
                    cannot be (この人数にはできません)
                    """)
        }
    }
}
