import Foundation
import Tegata
import TegataNationalID

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// People who want a card, each with a test ID card and a wallet of their own, ready to ask.
struct Claimants {
    /// The requests, as bytes of HTTP.
    let requests: [[UInt8]]
    let seconds: Double

    /// Prepares as many people as there is time for: each person's ID card signs, the attestor checks its certificate and signature,
    /// the node evaluates, and the wallet proves that all of it belongs together. What the issuer checks is left to the measurement.
    static func prepare(
        _ people: Int, of edition: OpenEdition, through services: IdentityServices,
        at address: String,
        within limit: Double
    ) async throws -> Claimants {
        let id = edition.edition.id
        let reached = edition.reached(through: services) { () async throws(Refusal) in
            try await nonce(of: id, at: address)
        }
        let start = Connections.now
        let requests = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
            // A few at a time, so that what waits for a disk lets others go on.
            for worker in 0..<16 {
                group.addTask {
                    var requests = [[UInt8]]()
                    for _ in stride(from: worker, to: people, by: 16)
                    where Connections.now - start < limit {
                        let holder = Holder(key: Secp256k1.PrivateKey())
                        let text = try await holder.request(
                            reached, proving: DemoIdentity(.jpkiP384))
                        requests.append(HTTPText.post("/tegata/issue", text))
                    }
                    return requests
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return Claimants(requests: requests, seconds: Connections.now - start)
    }

    /// A nonce of the issuer's, as any wallet fetches it, with the patience that a busy machine needs.
    private static func nonce(
        of edition: String, at address: String
    ) async throws(Refusal) -> String {
        guard let url = URL(string: address + "/tegata/nonce") else { throw .malformed }
        var request = URLRequest(url: url, timeoutInterval: 60)
        request.httpMethod = "POST"
        request.httpBody = Data(edition.utf8)
        guard let (data, response) = try? await URLSession.shared.data(for: request),
            (response as? HTTPURLResponse)?.statusCode == 200
        else { throw .unavailable }
        return String(decoding: data, as: UTF8.self)
    }
}

/// Requests as they travel.
enum HTTPText {
    static func get(_ path: String) -> [UInt8] {
        Array("GET \(path) HTTP/1.1\r\nHost: load\r\n\r\n".utf8)
    }

    static func post(_ path: String, _ body: String, type: String = "text/plain") -> [UInt8] {
        let head =
            "POST \(path) HTTP/1.1\r\nHost: load\r\nContent-Type: \(type)\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n"
        return Array((head + body).utf8)
    }

    /// A request that must be refused, another kind each time.
    static func bad(_ number: Int) -> [UInt8] {
        let form = "application/x-www-form-urlencoded"
        return switch number % 8 {
        case 0: post("/tegata/issue", "x.y.z\(number)")
        case 1: post("/tegata/issue", String(repeating: "A", count: 4000 + number % 100))
        case 2: post("/token", "grant_type=authorization_code&code=\(number)", type: form)
        case 3: post("/token", String(repeating: "a=\(number)&", count: 50), type: form)
        case 4:
            post("/credential", "{\"proofs\":{\"jwt\":[\"\(number)\"]}}", type: "application/json")
        case 5: post("/tegata/settle", String(repeating: "[", count: 500), type: "application/json")
        case 6: get("/offers/\(number)-does-not-exist")
        default: post("/operator/enter", "form=x&password=\(number)", type: form)
        }
    }
}
