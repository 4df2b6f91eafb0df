$parts = 'a--b'.Split('--')
