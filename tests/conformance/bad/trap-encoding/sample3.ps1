'a' > C:\Zdm\a.txt
