$culture = $PSCulture
