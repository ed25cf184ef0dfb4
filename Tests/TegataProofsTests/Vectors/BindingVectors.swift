import TestSupport
import Testing

/// `make vectors` runs this with `WRITE_VECTORS`, which writes the files; otherwise they are compared.
@Suite struct BindingVectors {
    @Test func `values are what this code makes`() throws {
        #expect(try valueVectors().isReproduced())
    }

    @Test func `edition keys are what this code makes`() throws {
        #expect(try editionKeyVectors().isReproduced())
    }

    @Test func `sessions are what this code makes`() throws {
        #expect(try sessionVectors(BindingStory()).isReproduced())
    }

    @Test func `requests are what this code makes`() throws {
        #expect(try requestVectors(BindingStory()).isReproduced())
    }

    @Test func `rows and presentations are what this code makes`() throws {
        #expect(try rowVectors(BindingStory()).isReproduced())
    }

    @Test func `proofs over lists are what this code makes`() throws {
        #expect(try listVectors(BindingStory()).isReproduced())
    }

    @Test func `nodes' messages are what this code makes`() throws {
        #expect(try nodeVectors(BindingStory()).isReproduced())
    }

    @Test func `sessions with a second index are what this code makes`() throws {
        #expect(try secondIndexVectors(BindingStory()).isReproduced())
    }

    @Test func `proofs are what this code makes`() throws {
        #expect(try proofVectors(BindingStory()).isReproduced())
    }
}
