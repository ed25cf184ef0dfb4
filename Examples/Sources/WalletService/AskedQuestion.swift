internal import Foundation
internal import ServiceKit
internal import Tegata

/// A verifier's question that lies on its own site, and the keys that it is known by there.
struct AskedQuestion: Sendable {
    let text: String
    let profile: VerifierProfile
    let isLoopback: Bool
}

extension WalletService {
    private struct Asked: Decodable {
        let question: String
        let verifier: String
    }

    /// Whether the owner has named the verifier at this address.
    private func knows(_ address: Substring) -> Bool {
        trust.addresses.contains { $0.utf8.elementsEqual(address.utf8) }
    }

    /// Fetches the question at `link`, in front of whose `path` the verifier's address stands. Nobody is asked whom the owner has not
    /// named before.
    ///
    /// - Throws: `issuerUntrusted` for a verifier that is not known here, and for one that is not at this address; `malformed`,
    ///   `unavailable`.
    func question(at link: String, under path: String) async throws -> AskedQuestion {
        guard let end = link.firstRange(of: path)?.lowerBound, knows(link[..<end]) else {
            throw Refusal.issuerUntrusted
        }
        let isLoopback = try OutboundHTTP.Target(link, acceptsLoopback: acceptsLoopback).isLoopback
        let answer = try await http.send(
            "GET", link, fields: ["Accept": "application/json"], acceptsLoopback: isLoopback)
        guard answer.status == 200 else { throw answer.reason }
        guard let asked = try? JSONDecoder().decode(Asked.self, from: Data(answer.body)) else {
            throw Refusal.malformed
        }
        let profile = try VerifierProfile(parsing: asked.verifier)
        // The address that answered is the verifier's name: its keys are believed for no other.
        guard link[..<end].utf8.elementsEqual(profile.verifier.utf8) else {
            throw Refusal.issuerUntrusted
        }
        return AskedQuestion(text: asked.question, profile: profile, isLoopback: isLoopback)
    }
}
