"""What can happen, one file per room, frozen structs in the past tense: read together they are the product's story."""
