internal import Foundation
internal import ServiceKit

/// What is written of the verifiers that this wallet's owner trusts.
private struct TrustFile: Codable {
    var dids = [String]()
    /// Certificates, DER in base64.
    var authorities = [Data]()
    /// Verifiers by the address of their own site; missing in files from before.
    var addresses: [String]?
}

extension WalletHome {
    private static let file = "verifiers.json"

    /// The verifiers that the owner trusts.
    public func trust() throws -> VerifierTrust {
        let file = has(Self.file) ? try read(TrustFile.self, Self.file) : TrustFile()
        return VerifierTrust(
            authorities: file.authorities.map { [UInt8]($0) }, dids: file.dids,
            addresses: file.addresses ?? [])
    }

    /// Trusts a verifier by its `did:key` or `did:jwk` from now on.
    public func trust(did: String) throws {
        try change { file in
            if !file.dids.contains(did) { file.dids.append(did) }
        }
    }

    /// Trusts a verifier by the address of its own site from now on: it may ask whether two cards are one person's.
    ///
    /// - Throws: `KeyFile.Problem` for what is no address of a site.
    public func trust(address: String, acceptsLoopback: Bool) throws {
        guard (try? OutboundHTTP.Target(address, acceptsLoopback: acceptsLoopback)) != nil,
            !address.hasSuffix("/"), !address.contains("?"), !address.contains("#")
        else {
            throw KeyFile.Problem(
                description:
                    "\(address): give the https address of a site, without a slash at its end (使えないアドレスです)"
            )
        }
        try change { file in
            if file.addresses?.contains(address) != true {
                file.addresses = (file.addresses ?? []) + [address]
            }
        }
    }

    /// Trusts whoever has a certificate under this one, in DER, from now on.
    public func trust(authority: [UInt8]) throws {
        try change { file in
            if !file.authorities.contains(Data(authority)) {
                file.authorities.append(Data(authority))
            }
        }
    }

    private func change(_ body: (inout TrustFile) -> Void) throws {
        try locked {
            var file = has(Self.file) ? try read(TrustFile.self, Self.file) : TrustFile()
            body(&file)
            try write(file, Self.file)
        }
    }
}
