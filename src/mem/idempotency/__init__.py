"""Has this very request taken effect already?"""
